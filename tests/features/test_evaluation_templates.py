"""The templates of evaluations: data that is whole, says where it comes from, and can be reckoned with."""

from decimal import Decimal

import pytest

from app.features.evaluations import templates
from app.rules.evaluations.faults import faults
from app.rules.evaluations.scoring import score
from app.rules.evaluations.values import Dimension, Template
from tests.rules.evaluation_documents import evaluation, leaf

EVERY = pytest.mark.parametrize("template", templates.everyone(), ids=lambda template: template.code)


def test_the_shipped_ones_and_what_they_prescribe() -> None:
    first = {template.code: [int(weight) for _, weight in template.weights] for template in templates.everyone()}
    assert first == {
        "national": [10, 50, 30, 10],
        "chaoyang": [10, 40, 10, 30, 10],
        "hubei": [20, 40, 40],
        "henan-scored": [],
    }
    assert templates.find("hubei") is not None
    assert templates.find("atlantis") is None


@EVERY
def test_a_template_is_whole(template: Template) -> None:
    assert not template.weights or sum(weight for _, weight in template.weights) == template.full_mark
    marks = [grade.at_least for grade in template.grades]
    assert marks == sorted(marks, reverse=True)
    assert [f"{grade.name} {grade.at_least}" for grade in template.grades] == ["优 90", "良 80", "中 60", "差 0"]
    assert template.assumptions
    for text in (template.title, template.source, *template.assumptions):
        assert " · " in text
    assert template.denominator in {None, "full_year_budget", "initial_budget"}
    assert set(template.required) <= set(Dimension)
    assert template.full_mark == Decimal(100)


@EVERY
def test_its_scale_has_neither_gaps_nor_overlaps(template: Template) -> None:
    """The same rules hold for it as for a scale that an indicator brings along."""
    bands = [{"name": band.name, "low": str(band.low), "high": str(band.high)} for band in template.quality_bands]
    if not bands:
        return
    measure = {"nature": "qualitative", "actual": bands[0]["name"], "method": {"kind": "by_band", "bands": bands}}
    assert faults(evaluation(leaf(measure), template=template.code)) == ()
    assert [(band.low, band.high) for band in template.quality_bands][-1][0] == 0
    assert template.quality_bands[0].high == 1


def test_the_best_word_of_chaoyang_earns_all_and_the_national_one_is_judged() -> None:
    best = leaf({"nature": "qualitative", "actual": "优"}, "100")
    assert score(evaluation(best)).grade == "优"
    reached = leaf({"nature": "qualitative", "actual": "达成年度指标"}, "100")
    assert score(evaluation(reached, template="national")).rows[0].steps[0].en.startswith("judgement-missing: ")
