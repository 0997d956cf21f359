"""The power goes in mid-build, on real file systems: never partial bytes under a final name, and success is success."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.campaign import Campaign, sample
from faults.injection import build_with, why_not
from faults.power import Disk, disk, why_no_power
from faults.situations import Prepared, artifacts
from faults.verdict import broken
from support.processes import once, told_words

CUTS = 10


@pytest.fixture(scope="module", params=["ext4", "xfs"])
def lossy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    reason = why_no_power(request.param)
    if reason:
        pytest.skip(reason)
    try:
        with disk(request.param, tmp_path_factory.mktemp("power")) as made:
            yield made
    except OSError as error:
        pytest.skip(f"no such disk here: {error}")


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    reason = why_not()
    if reason:
        pytest.skip(reason)
    return Campaign("native, over old", tmp_path_factory.mktemp("campaign"))


def laid(prepared: Prepared, lossy: Disk) -> Path:
    """Put the project on the disk, safely."""
    shutil.rmtree(lossy.path / "project", ignore_errors=True)
    root = prepared.copy_to(lossy.path / "project")
    subprocess.run(["sync", "--file-system", str(lossy.path)], check=True)
    return root


def test_whenever_the_power_goes_there_is_the_old_artifact_or_none_or_the_whole_new_one(
    lossy: Disk, campaign: Campaign
) -> None:
    told = ("unlink", "rename", "link", "fsync", "write")
    cuts = [fault for fault in campaign.kills() if fault.call.name.startswith(told)]
    for fault in sample(CUTS, cuts):
        root = laid(campaign.prepared, lossy)
        disturbed = build_with(root, fault)
        lossy.lose_power()
        assert disturbed.killed, str(fault)
        assert (str(fault), broken(campaign.prepared, root, disturbed)) == (str(fault), [])


@pytest.mark.parametrize("situation", ["native, over nothing", "native, over old"])
def test_what_was_said_to_have_succeeded_stands_after_the_power_went(
    lossy: Disk, tmp_path: Path, situation: str
) -> None:
    prepared = Campaign(situation, tmp_path).prepared
    root = laid(prepared, lossy)
    done = once(root)
    lossy.lose_power()
    assert told_words(done.stdout) == {"sdist": "succeeded", "wheel": "succeeded"}
    assert artifacts(root / "dist") == prepared.new


def test_what_failed_stays_removed_after_the_power_went(lossy: Disk, tmp_path: Path) -> None:
    prepared = Campaign("native, failing over old", tmp_path).prepared
    root = laid(prepared, lossy)
    assert once(root).returncode == 1
    lossy.lose_power()
    assert artifacts(root / "dist") == {}
