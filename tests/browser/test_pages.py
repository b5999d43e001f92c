"""The saved pages in a real browser: by mouse and by keyboard, light and dark, on a phone, on paper, and without scripts."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from saved import HOSTILE, OTHERS, RUNS, SEARCHED, STEPPED, TOLD, UNFOLDED, save_all

from symcalc.training.stepping.page import working_of

HERE = Path(__file__).parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NAMES = [*RUNS, *OTHERS]
KNOWN = {*"""main section article footer div p ol ul li h1 h2 h3 h4 span br wbr table caption thead tbody tr th td pre code figure
figcaption img button input details summary script noscript style svg path circle line polyline rect text g clipPath math mrow
mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd mstyle""".split()}     # noqa: SIM905


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the browser met on every page; one browser for all of them."""
    modules = (HERE / "node_modules/playwright-core").is_dir() and (HERE / "node_modules/axe-core").is_dir()
    for needed, there in (("node", shutil.which("node")), ("chromium", CHROMIUM), ("npm ci in tests/browser", modules)):
        if not there:
            pytest.skip(f"looking at the pages in a browser needs {needed}")
    folder = tmp_path_factory.mktemp("pages")
    task = {"pages": save_all(folder), "stepped": STEPPED, "unfolded": UNFOLDED, "searched": SEARCHED, "chromium": CHROMIUM,
            "told": {name: ["".join(working_of(run, k)) for k in range(run.nit + 1)] for name in TOLD for run in (RUNS[name](),)},
            "pictures": os.environ.get("SYMCALC_PICTURES")}
    (folder / "task.json").write_text(json.dumps(task), encoding="utf-8")
    done = subprocess.run(["node", str(HERE / "look.mjs"), str(folder / "task.json")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# Every page

@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_said_asked_or_run(facts, name):
    assert (facts[name]["said"], facts[name]["asked"], facts[name]["dialogs"]) == ([], [], [])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", SEARCHED)
def test_axe_finds_no_serious_fault(facts, name, theme):
    assert facts[name][theme]["faults"] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_a_title_a_language_and_known_elements(facts, name):
    page = facts[name]["light"]
    assert page["language"] == "en" and page["title"].strip() and set(page["elements"]) <= KNOWN


@pytest.mark.parametrize("name", NAMES)
def test_a_page_begins_with_its_heading_and_the_others_nest(facts, name):
    page = facts[name]["light"]
    levels = page["headings"]
    assert page["begins"] == "h1" or name in ("sheet", "key")            # above whose title stands a line of its own
    assert levels[0] == 1 and levels.count(1) == 1 and all(b - a <= 1 for a, b in zip(levels, levels[1:]))


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_as_wide_as_its_screen(facts, name):
    wide = {width: facts[name][look]["wide"] for width, look in ((1000, "light"), (390, "dark"), (360, "narrow"))}
    assert wide == {1000: False, 390: False, 360: False}


@pytest.mark.parametrize("name", RUNS)
def test_no_word_of_a_picture_is_cut_off(facts, name):
    assert [facts[name][look]["cut"] for look in ("light", "dark", "narrow")] == [[], [], []]


@pytest.mark.parametrize("name", RUNS)
def test_what_a_mark_is_stands_beside_a_mark_that_can_be_seen(facts, name):
    for look in ("light", "dark", "narrow"):
        keys = facts[name][look]["keys"]
        assert keys and [key for key, wide, high in keys if min(wide, high) < 1 or max(wide, high) < 6] == []


@pytest.mark.parametrize("name", NAMES)
def test_words_can_be_read_and_nothing_moves_by_itself(facts, name):
    for look in ("light", "dark", "narrow"):
        assert facts[name][look]["smallest"] >= 10 and facts[name][look]["moving"] == 0


@pytest.mark.parametrize("name", NAMES)
def test_dark_is_dark_and_light_is_light(facts, name):
    paper = {theme: [int(part) for part in re.findall(r"\d+", facts[name][theme]["paper"])[:3]] for theme in ("light", "dark")}
    assert min(paper["light"]) > 230 and max(paper["dark"]) < 60


@pytest.mark.parametrize("name", NAMES)
def test_without_scripts_all_is_there(facts, name):
    still = facts[name]["still"]
    assert len(still["text"].split()) >= 5 and still["seen"] == still["lines"] - still["folded"]
    assert name not in RUNS or ("With scripts allowed" in still["text"] and "ratio" in still["text"])


# Words of people

@pytest.mark.parametrize("word", HOSTILE.values(), ids=HOSTILE)
def test_words_of_people_stand_as_they_are(facts, word):
    shown = facts["notes"]["light"]["text"]
    assert shown.count(word) >= 9 and word in facts["notes"]["light"]["title"]


def test_the_title_and_the_note_of_a_sheet_stand_as_they_are(facts):
    assert all(HOSTILE[word] in facts["sheet"]["light"]["text"] for word in ("html-00", "html-02"))
    assert facts["sheet"]["light"]["title"].startswith(HOSTILE["html-00"])


# Stepping through a run

@pytest.fixture(params=STEPPED)
def stepped(facts, request):
    """What became of a page that was stepped through."""
    return facts[request.param]["stepped"]


def at(state: dict[str, Any]) -> tuple[int, int]:
    """Where a state is by its slider and by its address; its words must agree."""
    k = int(state["value"])
    words = f"After update {k} of " if k else "At the start: "
    assert state["said"].startswith(words) and state["spoken"] == state["said"]
    assert ("expected" in state["working"]) == (k > 0)
    return k, int(state["hash"].removeprefix("#k="))


def test_an_address_leads_to_its_update(stepped):
    assert at(stepped["address"]) == (7, 7)


def test_arrows_step_from_anywhere(stepped):
    assert (at(stepped["keys"]["right"]), at(stepped["keys"]["left"])) == ((8, 8), (6, 6))


def test_the_slider_has_the_keys_of_a_slider(stepped):
    last = at(stepped["slider"]["end"])[0]
    assert last in (12, 30) and at(stepped["slider"]["home"]) == (0, 0) and at(stepped["slider"]["right"]) == (1, 1)


def test_the_slider_goes_where_it_is_pressed(stepped):
    assert at(stepped["slider"]["middle"])[0] == at(stepped["slider"]["end"])[0] // 2


def test_the_picture_moves_with_the_slider(stepped):
    dots = {stepped["slider"][key]["dot"] for key in ("home", "right", "middle", "end")}
    assert len(dots) == 4


def test_the_buttons_lead_to_the_ends_and_know_them(stepped):
    buttons = stepped["buttons"]
    last = at(stepped["slider"]["end"])[0]
    assert [at(buttons[name])[0] for name in ("first", "on", "last", "back")] == [0, 1, last, last - 1]
    assert (buttons["first"]["first"], buttons["first"]["last"], buttons["last"]["last"]) == ("true", "false", "true")


def test_the_way_back_in_the_history_leads_back_in_the_run(stepped):
    assert (at(stepped["history"]["there"]), at(stepped["history"]["back"])) == ((5, 5), (3, 3))


def test_an_address_of_no_update_does_no_harm(stepped):
    last = stepped["slider"]["end"]["value"]
    assert stepped["odd"] == {"#k=99999": [last, f"#k={last}"], "#k=-1": ["0", "#k=-1"], "#k=x": ["0", "#k=x"],
                              "#<script>": ["0", "#%3Cscript%3E"]}


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_play_runs_to_the_end_and_stops_when_told(stepped, motion):
    play = stepped["play"][motion]
    last = int(stepped["slider"]["end"]["value"])
    assert play["first"] == 0 and play["label"] == "Pause" and 0 < play["soon"] < last
    assert play["soon"] == play["stopped"] == play["later"]
    assert play["end"] == {"value": last, "label": "Play", "live": "polite"} and play["again"] == 0


def test_play_is_silent_while_it_runs(stepped):
    assert stepped["play"]["no-preference"]["live"] == "off"


def test_who_wants_less_motion_gets_less(stepped):
    assert stepped["play"]["reduce"]["soon"] <= stepped["play"]["no-preference"]["soon"]


def test_the_tabulator_leads_through_the_controls_in_the_order_seen(stepped):
    names = [stop["name"] for stop in stepped["tabs"]]
    start = names.index("first")
    assert names[start:start + 6] == ["first", "back", "play", "on", "last", "slider"]
    assert "summary" in names[start + 6:]


def test_what_has_the_focus_is_seen_to_have_it_and_has_a_name(stepped):
    assert [stop["name"] for stop in stepped["tabs"] if not stop["ring"] or not stop["label"].strip()] == []


@pytest.mark.parametrize("name", TOLD)
def test_every_state_is_told_as_python_writes_it(facts, name):
    told = facts[name]["told"]
    assert len(told) > 30 and all(state["same"] for state in told) and min(state["length"] for state in told[1:]) > 1000
    assert told[0]["said"].startswith("At the start: ") and told[7]["said"].startswith("After update 7 of ")


# Paper, and derivations

@pytest.mark.parametrize("name", [*STEPPED, *UNFOLDED])
def test_on_paper_all_is_unfolded_and_nothing_is_to_press(facts, name):
    paper = facts[name].get("stepped", facts[name].get("unfolded"))["paper"]
    assert paper["during"]["buttons"] == 0 and paper["during"]["lines"] == paper["during"]["all"] > 0
    assert paper["after"]["open"] == 0 and paper["after"]["buttons"] > 0
    if shutil.which("pdftotext") is None:
        pytest.skip("reading the printed page needs pdftotext")
    printed = subprocess.run(["pdftotext", "-layout", paper["pdf"], "-"], capture_output=True, text=True, check=True).stdout
    assert "Show" not in printed and "Play" not in printed and "identity rule" in printed


@pytest.mark.parametrize("name", UNFOLDED)
def test_a_derivation_unfolds_by_keyboard(facts, name):
    seen = facts[name]["unfolded"]
    assert (seen["label"], seen["live"]) == ("Show the next line", "polite")
    assert (seen["first"], seen["second"], seen["whole"], seen["again"]) == (1, 2, seen["all"], 1)
    assert seen["focus"] == "Start again"
