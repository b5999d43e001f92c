"""The tutor: wrong answers by the mistake that was made, right ones in whatever form, and what it says."""

import pytest

import symcalc as sc


def table():
    import importlib.util
    from pathlib import Path

    spec = importlib.util.spec_from_file_location("answers_table", Path(__file__).with_name("answers_table.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TABLE = table()


@pytest.fixture(scope="module")
def derivations():
    known = {}

    def derivation(problem, letter):
        if (problem, letter) not in known:
            known[problem, letter] = sc.derive(problem, letter)
        return known[problem, letter]

    return derivation


def test_the_mistake_is_named(derivations):
    missed = []
    for problem, letter, answer, mistake in TABLE.WRONG:
        verdict = derivations(problem, letter).check(answer)
        if verdict.correct or verdict.mistake is None or verdict.mistake.name != mistake:
            missed.append((problem, letter, answer, mistake, verdict.correct or verdict.mistake, verdict.message))
    print(*missed, sep="\n")
    assert len(TABLE.WRONG) >= 100 and len(missed) <= 0.05 * len(TABLE.WRONG), missed


def test_no_right_answer_is_called_wrong(derivations):
    missed = [(problem, letter, answer, verdict.message) for problem, letter, answer in TABLE.RIGHT
              if not (verdict := derivations(problem, letter).check(answer)).correct]
    assert len(TABLE.RIGHT) >= 100 and missed == []
