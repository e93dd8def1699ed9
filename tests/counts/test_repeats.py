"""Repeats and escalation: who came back with the same cause, and what is looked at first."""

from __future__ import annotations

from datetime import date

import pytest

from textmine.counts.repeats import Contact, escalations, repeat_chains, repeat_share
from textmine.errors import UsageError

SLOW, UNSTABLE, SP = (
    "network_quality.slow_data",
    "network_quality.unstable",
    "unwanted_subscription.sp_charge",
)


def contact(row: int, customer: str, day: int, *codes: str, risk: tuple[str, ...] = ()) -> Contact:
    return Contact(row, customer, date.fromordinal(date(2026, 8, 1).toordinal() + day), codes, risk)


CONTACTS = (
    contact(1, "C1", 0, SLOW),
    contact(2, "C1", 20, UNSTABLE),
    contact(3, "C1", 45, SLOW, SP),
    contact(4, "C1", 100, SLOW),
    contact(5, "C2", 0, SP),
    contact(6, "C2", 31, SP),
    contact(7, "", 0, SP),
    contact(8, "", 1, SP),
)


def test_the_same_customer_with_the_same_cause_within_the_days_is_a_chain() -> None:
    (chain,) = repeat_chains(CONTACTS, within_days=30)
    assert (chain.customer, chain.cause, chain.rows, chain.times) == ("C1", "network_quality", (1, 2, 3), 3)
    assert (chain.first, chain.last) == (date(2026, 8, 1), date(2026, 9, 15))


def test_one_day_more_links_one_more_pair() -> None:
    assert [chain.rows for chain in repeat_chains(CONTACTS, within_days=31)] == [(1, 2, 3), (5, 6)]


def test_the_order_of_rows_does_not_matter() -> None:
    assert repeat_chains(CONTACTS[::-1]) == repeat_chains(CONTACTS)


def test_unknown_customers_never_match_and_two_codes_of_a_cause_are_one_contact() -> None:
    assert repeat_chains([contact(1, "", 0, SP), contact(2, "", 0, SP)]) == ()
    assert repeat_chains([contact(1, "C", 0, SLOW, UNSTABLE)]) == ()
    with pytest.raises(UsageError, match="0 or more"):
        repeat_chains(CONTACTS, within_days=-1)


def test_the_share_of_contacts_that_are_repeats() -> None:
    share = repeat_share(CONTACTS)
    assert share["network_quality"] == pytest.approx(2 / 4)
    assert share["unwanted_subscription"] == 0


def test_graver_flags_come_first_then_more_flags_more_repeats_and_newer_rows(frame) -> None:
    gravest, next_gravest, *_, least = frame.axes["risk"]
    rows = (
        contact(10, "A", 0, SP, risk=(least,)),
        contact(11, "B", 0, SP, risk=(next_gravest,)),
        contact(12, "C", 0, SP, risk=(least, gravest)),
        contact(13, "D", 5, SP, risk=(next_gravest,)),
        contact(14, "E", 0, SP),
        contact(15, "F", 0, SP, risk=(next_gravest, least)),
    )
    found = escalations(rows, frame)
    assert [one.row for one in found] == [12, 15, 13, 11, 10]
    assert found[0].flags == (gravest, least)


def test_a_customer_who_comes_a_third_time_is_escalated_without_any_flag(frame) -> None:
    (third,) = escalations(CONTACTS, frame, within_days=30)
    assert (third.row, third.repeat, third.flags) == (3, 3, ())
    assert escalations(CONTACTS, frame, min_repeat=4) == ()
