"""A real Caddy with our configuration, and nobody behind it."""

import asyncio
import os
import signal
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from front import binary
from front.certificate import read
from front.configuration import Given, Layout, Plan, command, render, surroundings
from tests.fakes.ports import free_ports

from .conftest import Maker


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    (tmp_path / "home/log").mkdir(parents=True)
    layout = Layout(tmp_path / "home")
    https, http, ws = free_ports(3)
    return Plan(layout, "127.0.0.2", https, ("hotline.test", "127.0.0.2"), http, ws)


@asynccontextmanager
async def started(plan: Plan) -> AsyncIterator[None]:
    render(plan)
    process = await asyncio.create_subprocess_exec(
        *command(binary.find(None).path, plan.layout),
        env={**os.environ, **surroundings(plan.layout)},
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(60):
            while True:
                try:
                    for host in plan.hosts:
                        await shown(plan, host)
                    break
                except OSError:  # it listens before it has made its certificates
                    await asyncio.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def shown(plan: Plan, host: str, context: ssl.SSLContext | None = None) -> bytes:
    """The certificate that a browser which asks for `host` gets; by default whatever it is."""
    if context is None:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection(plan.bind, plan.port, ssl=context, server_hostname=host)
    found: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    await writer.wait_closed()
    return found


async def test_its_own_authority_signs_for_every_name_and_address(plan: Plan) -> None:
    async with started(plan):
        for host in plan.hosts:
            await shown(plan, host, trusting(plan))
        with pytest.raises(ssl.SSLCertVerificationError):
            await shown(plan, "hotline.test", ssl.create_default_context())
    assert read(plan.layout.authority).days_left(0) > 365


async def test_a_given_certificate_is_shown_for_every_name_and_address_of_it(plan: Plan, made: Maker) -> None:
    certificate, key = made("hotline.test", "127.0.0.2")
    plan = replace(plan, given=Given(certificate, key, read(certificate).sha256))
    async with started(plan):
        for host in plan.hosts:
            assert await shown(plan, host) == ssl.PEM_cert_to_DER_cert(certificate.read_text())


@pytest.mark.parametrize(("begins", "ends"), [(-9, -1), (1, 90)])
async def test_a_given_certificate_that_is_over_or_not_begun_is_shown_all_the_same(
    plan: Plan, made: Maker, begins: int, ends: int
) -> None:
    certificate, key = made("hotline.test", begins=begins, ends=ends)
    async with started(replace(plan, given=Given(certificate, key, read(certificate).sha256))):
        assert await shown(plan, "hotline.test") == ssl.PEM_cert_to_DER_cert(certificate.read_text())


async def test_a_request_waits_for_an_application_that_is_not_there_yet(plan: Plan) -> None:
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nhere")
        await writer.drain()
        writer.close()

    async with started(plan), httpx.AsyncClient(verify=trusting(plan), timeout=20) as client:
        waiting = asyncio.create_task(
            client.get(f"https://127.0.0.2:{plan.port}/", headers={"X-Forwarded-For": "1.2.3.4"})
        )
        done, _ = await asyncio.wait([waiting], timeout=0.3)
        assert not done
        async with await asyncio.start_server(answer, "127.0.0.1", plan.http_port):
            assert (await waiting).text == "here"
    (request,) = asked
    assert b"X-Forwarded-Proto: https\r\n" in request
    assert b"X-Forwarded-For: 127.0.0.1\r\n" in request  # who says he asks for another is not believed


async def test_a_recording_may_be_longer_than_any_other_request(plan: Plan) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(next(line.split(": ")[1] for line in head.splitlines() if line.startswith("Content-Length")))
        try:
            await reader.readexactly(length)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        except asyncio.IncompleteReadError:  # the front has broken it off
            pass
        writer.close()

    async with (
        started(plan),
        httpx.AsyncClient(verify=trusting(plan), timeout=30, base_url=f"https://127.0.0.2:{plan.port}") as client,
        await asyncio.start_server(answer, "127.0.0.1", plan.http_port),
    ):
        recording = bytes(2 << 20)
        assert (await client.post("/api/v1/prompts/sounds", content=recording)).status_code == 200
        assert (await client.post("/api/v1/cases", content=recording)).is_error


async def test_without_an_application_an_error_in_both_languages_comes_in_time(plan: Plan) -> None:
    async with started(plan), httpx.AsyncClient(verify=trusting(plan), timeout=30) as client:
        answer = await client.get(f"https://127.0.0.2:{plan.port}/console")
    assert answer.status_code == 502
    assert answer.text.startswith("系统正在恢复，请稍后刷新。The application does not answer right now")
    assert (answer.headers["retry-after"], answer.headers["x-content-type-options"]) == ("3", "nosniff")
    assert "server" not in answer.headers


def trusting(plan: Plan) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=plan.layout.authority)
