"""The peers' own cases, in `peers.toml`: what is found, and where we differ on purpose."""

import tomllib
from pathlib import Path

import pytest
from case_table import spans

PEERS = tomllib.loads((Path(__file__).parent / "peers.toml").read_text("utf-8"))["peer"]


def found(peer, text):
    return [span for entity, span in spans(text) if entity == peer["entity"]]


def cases(kind):
    return [
        pytest.param(peer, peer.get("before", "") + text, id=f"{peer['name']}: {text}")
        for peer in PEERS
        for text in peer.get(kind, ())
    ]


@pytest.mark.parametrize(("peer", "text"), cases("valid"))
def test_what_a_peer_takes_is_found(peer, text):
    (span,) = found(peer, text)
    assert text.endswith(span)
    prefix = text.removesuffix(span)
    assert prefix == peer.get("before", "") or prefix.endswith((" ", ": "))


@pytest.mark.parametrize(("peer", "text"), cases("invalid"))
def test_what_a_peer_refuses_is_not_found(peer, text):
    assert found(peer, text) == []


@pytest.mark.parametrize(
    ("peer", "case"),
    [(peer, case) for peer in PEERS for case in peer.get("differs", ())],
    ids=lambda value: value.get("text", ""),
)
def test_differences_are_the_ones_explained(peer, case):
    assert found(peer, case["text"]) == ([case["ours"]] if case["ours"] else [])
    assert case["theirs"] in ("valid", "invalid")
    assert case["why"].endswith(".")
