"use strict";
// The states of a run, one at a time: where it stands is in the address, so that a link leads to it.
document.addEventListener("DOMContentLoaded", () => {
  const part = (id) => document.getElementById(id);
  const run = JSON.parse(part("states").textContent);
  const slider = part("slider");
  const last = run.steps.length - 1;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let place = 0;
  let playing = null;

  // A form is text and places of numbers, below 0 where they are raised.
  const raised = (digits) => [...digits].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("");
  const put = (part, numbers) => (part < 0 ? raised(numbers[~part]) : numbers[part]);
  const filled = (form, numbers) => form.map((part) => (typeof part === "number" ? put(part, numbers) : part)).join("");

  // What is drawn is the place of a form and its numbers, in tenths, each counted from the one before.
  function drawn({ forms, rows }) {
    const [form, ...steps] = rows[place].split(" ");
    let tenths = 0;
    return filled(forms[form], steps.map((step) => (tenths += Number(step)) / 10));
  }

  // The words of the forms that come often are written once, and a sign stands for them.
  const signs = new RegExp(`[${Object.keys(run.words).join("")}]`, "g");
  const spelled = (text) => (typeof text === "string" ? text.replace(signs, (sign) => spelled(run.words[sign])) : text);
  const lines = run.lines.map((form) => form.map(spelled));

  // A row has the places whose line is of another kind than before, each with that kind; then the numbers that are new.
  // A kind is a form and where its numbers come from: "*" is the next new one, "3.0" the first of the line three lines up,
  // "<-1.0" the first that the state before has one line up.
  const layout = [];
  let before = [];
  const states = run.rows.map((row) => {
    const [changes, given] = row.split("|");
    const fresh = given.split(" ").map((number) => (number[0] === "." ? "0" + number : number))[Symbol.iterator]();
    for (const change of changes.split(" ").filter(Boolean)) {
      const [at, kind] = change.split(":");
      layout[at] = run.kinds[kind].split(" ");
    }
    const now = [];
    layout.forEach(([, ...sources], at) => {
      now.push([]);
      for (const source of sources) {
        const [far, which] = source.replace("<", "").split(".");
        const old = source[0] === "<";
        now[at].push(source === "*" ? fresh.next().value : old ? before[at + Number(far)][which] : now[at - far][which]);
      }
    });
    before = now;
    return layout.map(([form], at) => [lines[form], now[at]]);
  });

  // What is told of a state, line by line.
  const told = () => states[place].map(([form, numbers]) => filled(form, numbers));

  function show(wanted) {
    place = Math.min(last, Math.max(0, wanted));
    const [said, ...working] = told();
    part("working").innerHTML = working.join("");
    part("said").textContent = said;
    slider.value = place;
    slider.setAttribute("aria-valuetext", said);
    for (const [id, attributes] of Object.entries(run.moving)) {
      for (const [name, values] of Object.entries(attributes)) {
        part(id).setAttribute(name, values.rows ? drawn(values) : values[place]);
      }
    }
    for (const [id, places] of Object.entries(run.trails)) {
      part(id).setAttribute("points", places.slice(0, place + 1).join(" "));
    }
    letScroll();
    for (const [id, end] of [["first", 0], ["back", 0], ["on", last], ["last", last]]) {
      part(id).setAttribute("aria-disabled", place === end);
    }
  }

  function address() {
    const shown = "#k=" + run.steps[place];
    if (location.hash !== shown) history.replaceState(null, "", shown);
  }

  function go(wanted) {
    show(wanted);
    address();
  }

  function pause() {
    clearInterval(playing);
    playing = null;
    part("play").textContent = "Play";
    part("said").setAttribute("aria-live", "polite");
  }

  function play() {
    if (place === last) go(0);
    part("play").textContent = "Pause";
    part("said").setAttribute("aria-live", "off");         // nobody can listen so fast
    const pace = calm ? 1000 : Math.min(700, Math.max(80, 20000 / run.steps.length));
    const stride = calm ? Math.ceil(last / 20) : 1;
    playing = setInterval(() => {
      go(place + stride);
      if (place === last) pause();
    }, pace);
  }

  function fromAddress() {
    const found = /^#k=(\d+)$/.exec(location.hash);
    const at = found ? run.steps.findIndex((k) => k >= Number(found[1])) : 0;
    show(at < 0 ? last : at);
    if (found) address();            // of an update that is left out, the next one is shown
  }

  const ways = {
    first: () => 0, back: () => place - 1, on: () => place + 1, last: () => last,
  };
  for (const [id, way] of Object.entries(ways)) {
    part(id).addEventListener("click", () => { pause(); go(way()); });
  }
  part("play").addEventListener("click", () => (playing === null ? play() : pause()));
  slider.addEventListener("input", () => { pause(); go(Number(slider.value)); });
  window.addEventListener("hashchange", fromAddress);

  // Arrows step from anywhere on the page but where they have a meaning of their own: on the slider, and where a line scrolls.
  const keys = { ArrowLeft: "back", ArrowRight: "on" };
  document.addEventListener("keydown", (event) => {
    const way = keys[event.key];
    if (way && !event.altKey && !event.ctrlKey && !event.metaKey && event.target !== slider && !event.target.hasAttribute?.("tabindex")) {
      event.preventDefault();
      pause();
      go(ways[way]());
    }
  });

  part("player").hidden = false;
  fromAddress();
});
