"""The distribution: our flat package names are nobody else's."""

from importlib.metadata import packages_distributions

OURS = (
    "agent_console",
    "agi",
    "cases",
    "config",
    "front",
    "hotline",
    "ivr",
    "routing",
    "simulation",
    "storage",
    "worktime",
)


def test_no_other_installed_distribution_owns_one_of_our_packages() -> None:
    owners = packages_distributions()
    for name in OURS:
        assert set(owners.get(name, ["hotline-12345"])) == {"hotline-12345"}, name
