"""Campaigns of every simulated workplace: simulated, judged as ``vigie compute`` does, beside their truth; one core.

Run with ``make bench`` or ``pytest bench/test_evaluation.py -s``.
"""

import time

from firmware_sim.workplaces import packaged_names, packaged_workplace
from rules.pack import default_packs
from vigie.evaluation.campaign import Choices, Family
from vigie.evaluation.judging import Evaluator
from vigie.evaluation.kept import DropOuts
from vigie.evaluation.running import garbage_kept

CAMPAIGNS = 6
"""Of each workplace: every variant twice."""

AT_MOST = 0.15
"""Processor time of a campaign, a fleet of workplaces averaged [s]: two thousand of each of twelve take half an hour
on two cores."""


def test_a_campaign_of_each_workplace() -> None:
    took = 0.0
    for name in packaged_names():
        family = Family(name, packaged_workplace(name))
        evaluator = Evaluator.of(family, 1, Choices(), default_packs(), DropOuts())
        evaluator.rows(0)  # kernels are compiled, catalogs are read
        with garbage_kept():
            began = time.process_time()
            for number in range(CAMPAIGNS):
                evaluator.rows(number)
            took += time.process_time() - began
    each = took / CAMPAIGNS / len(packaged_names())
    print(f"\nevaluation: {each * 1000:.0f} ms a campaign, {60 / each:.0f} campaigns/min/core")
    assert each <= AT_MOST
