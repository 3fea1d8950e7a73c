from pathlib import Path

import pytest

from .house import House


@pytest.fixture
def built(house: House, tmp_path: Path) -> House:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><div id=app></div>")
    (dist / "assets" / "index-a1b2.js").write_text("let x")
    (dist / "icon.svg").write_text("<svg/>")
    (tmp_path / "secret").write_text("secret")
    (dist / "assets" / "link.js").symlink_to(tmp_path / "secret")
    return house


@pytest.mark.parametrize(
    "path", ["/", "/console", "/console/", "/supervisor/today", "/portal", "/admin/prompts/greeting.en"]
)
async def test_every_path_of_the_page_gets_the_page_and_is_asked_for_anew(built: House, path: str) -> None:
    async with built.client() as http:
        answer = await http.get(path)
    assert answer.status_code == 200
    assert answer.text.startswith("<!doctype html>")
    assert answer.headers["cache-control"] == "no-cache"
    assert "etag" in answer.headers


async def test_built_files_are_kept_for_good_since_their_names_change(built: House) -> None:
    async with built.client() as http:
        asset = await http.get("/assets/index-a1b2.js")
        icon = await http.get("/icon.svg")
        again = await http.get("/icon.svg", headers={"If-None-Match": icon.headers["etag"]})
    assert (asset.status_code, asset.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
    assert asset.headers["content-type"].startswith("text/javascript")
    assert icon.headers["cache-control"] == "no-cache"
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/assets/old-0000.js",
        "/favicon.ico",
        "/api/v1/nothing",
        "/%2e%2e/secret.txt",
        "/assets/link.js",
    ],
)
async def test_what_is_not_there_is_not_a_page(built: House, path: str) -> None:
    async with built.client() as http:
        answer = await http.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", ["/api/v1/../../secret", "/assets/..%2f..%2f..%2fsecret", "/..%2fsecret"])
async def test_a_path_that_leads_out_of_the_folder_finds_nothing_but_the_page(built: House, path: str) -> None:
    async with built.client() as http:
        assert "secret" not in (await http.get(path)).text


async def test_a_path_that_no_file_can_have_is_no_fault(built: House) -> None:
    async with built.client() as http:
        assert (await http.get("/x%00y")).status_code in (200, 404)
        assert (await http.get("/" + "x" * 5000)).status_code in (200, 404)


async def test_only_reading_is_allowed(built: House) -> None:
    async with built.client() as http:
        answer = await http.post("/console")
    assert answer.status_code == 405
    assert answer.json()["detail"] == "此地址不支持这种操作。"


async def test_the_browser_may_reach_the_server_and_the_softphone_and_nothing_else(built: House) -> None:
    async with built.client() as http:
        answer = await http.get("/console")
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["connect-src"] == "'self' ws://127.0.0.1:8088"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["permissions-policy"].startswith("microphone=(self)")


async def test_answers_of_the_api_are_kept_by_nobody(built: House) -> None:
    async with built.client("op1001") as http:
        assert (await http.get("/api/v1/calls")).headers["cache-control"] == "no-store"
        assert (await http.get("/api/v1/calls/none")).headers["cache-control"] == "no-store"


async def test_without_a_built_page_it_says_how_to_build_one(house: House) -> None:
    async with house.client() as http:
        answer = await http.get("/")
    assert answer.status_code == 503
    assert "make run" in answer.text
