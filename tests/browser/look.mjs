// Opens saved pages in a real browser and prints, as JSON, what a person would meet there.
// node look.mjs TASK.json, where the task is {"pages": {name: file}, "stepped": [names], "searched": [names], "pictures": folder or null}.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const axe = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const task = JSON.parse(readFileSync(process.argv[2], "utf8"));
const PATIENCE = 600_000;                // milliseconds, for a machine that has much else to do
const browser = await chromium.launch({
  executablePath: task.chromium, timeout: PATIENCE,
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});

// A tab with notes of everything that a page should not do: say something, ask for another file, open a dialog.
async function tab(options = {}) {
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 }, ...options });
  page.setDefaultTimeout(PATIENCE);
  const met = { said: [], asked: [], dialogs: [] };
  page.on("console", (message) => met.said.push(message.text()));
  page.on("pageerror", (error) => met.said.push(String(error)));
  page.on("request", (request) => { if (!/^data:/.test(request.url())) met.asked.push(request.url().split("#")[0]); });
  page.on("dialog", (dialog) => { met.dialogs.push(dialog.message()); dialog.dismiss(); });
  return { page, met };
}

const address = (name) => pathToFileURL(task.pages[name]).href;

async function opened(name, { hash = "", ...options } = {}) {
  const { page } = await tab(options);
  await page.goto(address(name) + hash);
  return page;
}

// A page on a screen of another size, once its own script has heard of it: browsers tell it of that with the next frame.
async function sized(page, width, height) {
  await page.evaluate(() => { globalThis.told = new Promise((done) => addEventListener("resize", () => done(), { once: true })); });
  await page.setViewportSize({ width, height });
  await page.evaluate(() => globalThis.told);
}

// Another address of the same page, once its own script has heard of it: browsers tell it of that a moment later.
async function led(page, hash) {
  await page.evaluate(() => { globalThis.heard = new Promise((done) => addEventListener("hashchange", () => done(), { once: true })); });
  await page.goto(page.url().replace(/#.*/, hash));
  await page.evaluate(() => globalThis.heard);
}

// What holds of every page, in one theme.
function looked() {
  const styles = (element) => getComputedStyle(element);
  const seen = [...document.querySelectorAll("main *")].filter((element) => element.checkVisibility() && !element.closest("math"));
  const worded = seen.filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  const scale = (element) => {
    const svg = element.closest("svg");
    return svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
  };
  // On every side of its drawing, since what is outside is cut off.
  const whole = (words) => {
    const box = words.getBBox(), all = words.closest("svg").viewBox.baseVal;
    return box.x >= all.x && box.y >= all.y && box.x + box.width <= all.x + all.width && box.y + box.height <= all.y + all.height;
  };
  return {
    cut: seen.filter((element) => element.localName === "text" && !whole(element)).map((element) => element.textContent),
    language: document.documentElement.lang, title: document.title, paper: styles(document.body).backgroundColor,
    ink: styles(document.body).color, text: document.querySelector("main").innerText,
    wide: document.documentElement.scrollWidth > innerWidth,
    smallest: Math.min(...worded.map((element) => parseFloat(styles(element).fontSize) * scale(element))),
    moving: seen.filter((element) => parseFloat(styles(element).transitionDuration) || styles(element).animationName !== "none").length,
    headings: [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((heading) => Number(heading.localName[1])),
    keys: seen.filter((element) => element.classList.contains("key")).map((element) => {
      const box = element.getBoundingClientRect();
      return [element.className, box.width, box.height];
    }),
    begins: document.querySelector("main").firstElementChild.localName,
    elements: [...new Set([...document.querySelectorAll("main *")].map((element) => element.localName))],
  };
}

async function faults(page, rules) {
  await page.evaluate(axe);
  // What is in a formula has no roles and no colours of its own, and is most of a page.
  const found = await page.evaluate((only) => globalThis.axe.run({ exclude: ["math"] }, { resultTypes: ["violations"], ...only }),
    rules ? { runOnly: { type: "rule", values: rules } } : {});
  return found.violations.filter((fault) => ["serious", "critical"].includes(fault.impact))
    .map((fault) => `${fault.id}: ${fault.nodes.map((node) => node.html.slice(0, 120)).join(" ")}`);
}

const picture = (page, name) => task.pictures && page.screenshot({ path: `${task.pictures}/${name}.png`, fullPage: true });

// Every page, with all of it unfolded: light on a screen, dark on a phone, and without scripts.
async function everywhere(name, screen, still) {
  const searched = task.searched.includes(name);
  const { page, met } = screen;
  Object.assign(met, { said: [], asked: [], dialogs: [] });
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1000, height: 900 });
  await page.goto(`${address(name)}#k=3`);
  await page.evaluate(() => {
    document.querySelectorAll("summary").forEach((summary) => summary.click());
    document.querySelectorAll(".unfold button:last-child").forEach((button) => button.click());
    return new Promise((done) => requestAnimationFrame(() => setTimeout(done)));      // what unfolds says so later
  });
  const facts = { light: { ...await page.evaluate(looked), faults: searched && await faults(page) } };
  await picture(page, `${name}-light`);
  await page.emulateMedia({ colorScheme: "dark" });
  await sized(page, 390, 900);
  facts.dark = { ...await page.evaluate(looked),
    faults: searched && await faults(page, ["color-contrast", "scrollable-region-focusable"]) };
  await picture(page, `${name}-dark`);
  await sized(page, 360, 800);
  facts.narrow = await page.evaluate(looked);
  await still.page.goto(address(name));
  facts.still = { ...await still.page.evaluate(looked), lines: await still.page.locator(".steps li").count(),
    seen: await still.page.locator(".steps li:visible").count(), folded: await still.page.locator("details .steps li").count() };
  return { ...facts, ...met, asked: met.asked.filter((asked) => asked !== address(name)) };
}

// A run: the slider, the keys, the play button, the address.
async function stepped(name) {
  const page = await opened(name, { hash: "#k=7" });
  const said = () => page.textContent("#said");
  const hash = () => page.evaluate(() => location.hash);
  const where = async () => ({ said: await said(), hash: await hash(), value: await page.inputValue("#slider"),
    working: await page.innerText("#working"), spoken: await page.getAttribute("#slider", "aria-valuetext"),
    dot: await page.getAttribute("#cost-now", "cx") });
  const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key); return where(); };
  const facts = { address: await where() };

  facts.keys = { right: await press("ArrowRight"), left: await press("ArrowLeft", "ArrowLeft") };
  await page.focus("#slider");
  facts.slider = { end: await press("End"), home: await press("Home"), right: await press("ArrowRight") };
  const box = await page.locator("#slider").boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  facts.slider.middle = await where();
  facts.buttons = {};
  for (const id of ["first", "on", "last", "back"]) {
    await page.click(`#${id}`);
    facts.buttons[id] = { ...await where(), first: await page.getAttribute("#first", "aria-disabled"),
      last: await page.getAttribute("#last", "aria-disabled") };
  }

  await page.evaluate(() => { location.hash = "#k=3"; });
  await page.waitForFunction(() => document.getElementById("slider").value === "3");
  await led(page, "#k=5");
  facts.history = { there: await where() };
  await page.goBack();
  await page.waitForFunction(() => document.getElementById("slider").value === "3");
  facts.history.back = await where();
  const odd = {};
  for (const wanted of ["#k=99999", "#k=-1", "#k=x", "#<script>"]) {
    await led(page, wanted);
    odd[wanted] = [(await where()).value, await hash()];
  }
  facts.odd = odd;
  await page.close();
  return { ...facts, tabs: await tabs(name), play: await play(name), paper: await paper(name) };
}

// What the page tells in each of its states, and whether a browser makes the same of what Python wrote of the update.
async function told(name, written) {
  const page = await opened(name);
  const facts = await page.evaluate((expected) => {
    const slider = document.getElementById("slider");
    return expected.map((html, k) => {
      slider.value = k;
      slider.dispatchEvent(new Event("input"));
      const wanted = document.createElement("div");
      wanted.innerHTML = html;
      // A line that scrolls can be reached by keyboard.
      const told = document.getElementById("working").innerHTML.replaceAll(' tabindex="0"', "");
      return { said: document.getElementById("said").textContent, same: told === wanted.innerHTML, length: told.length };
    });
  }, written);
  await page.close();
  return facts;
}

// Where the tabulator leads, and whether one sees it there.
async function tabs(name) {
  const page = await opened(name, { hash: "#k=2" });
  const found = [];
  for (let k = 0; k < 40; k += 1) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate(() => {
      const element = document.activeElement;
      const style = getComputedStyle(element);
      return element === document.body ? null : { name: element.id || element.localName,
        ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        label: element.getAttribute("aria-label") || element.innerText || "" };
    });
    if (here === null) break;
    found.push(here);
  }
  await page.close();
  return found;
}

async function play(name) {
  const facts = {};
  for (const reducedMotion of ["no-preference", "reduce"]) {
    const page = await opened(name, { reducedMotion, hash: "#k=0" });
    await page.clock.install({ time: 0 });
    await page.clock.pauseAt(3600000);            // from here on it goes only as far as it is told
    const value = async () => Number(await page.inputValue("#slider"));
    const reads = { first: await value() };
    await page.focus("#play");
    await page.keyboard.press("Space");
    reads.label = await page.textContent("#play");
    reads.live = await page.getAttribute("#said", "aria-live");
    await page.clock.runFor(1500);
    reads.soon = await value();
    await page.keyboard.press("Space");
    reads.stopped = await value();
    await page.clock.runFor(3000);
    reads.later = await value();
    await page.keyboard.press("Space");
    await page.clock.runFor(60000);
    reads.end = { value: await value(), label: await page.textContent("#play"), live: await page.getAttribute("#said", "aria-live") };
    await page.keyboard.press("Space");
    await page.clock.runFor(10);
    reads.again = await value();
    facts[reducedMotion] = reads;
    await page.close();
  }
  return facts;
}

// On paper nothing is folded, and there is nothing to press.
async function paper(name) {
  const page = await opened(name, { hash: "#k=2" });
  const seen = async () => ({ buttons: await page.locator("button:visible, input:visible").count(),
    lines: await page.locator(".steps li:visible").count(), all: await page.locator(".steps li").count(),
    open: await page.locator("details[open]").count() });
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  const facts = { during: await seen() };
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await page.emulateMedia({ media: null });
  facts.after = await seen();
  facts.pdf = task.pages[name].replace(/html$/, "pdf");
  await page.pdf({ format: "A4", path: facts.pdf });
  await page.close();
  return facts;
}

// A derivation: one line more for every press of a button, by keyboard.
async function unfolded(name) {
  const page = await opened(name);
  const seen = () => page.locator(".steps li:visible").count();
  const facts = { all: await page.locator(".steps li").count(), first: await seen(),
    live: await page.getAttribute(".steps", "aria-live") };
  await page.keyboard.press("Tab");
  facts.label = await page.evaluate(() => document.activeElement.innerText);
  await page.keyboard.press("Enter");
  facts.second = await seen();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  facts.whole = await seen();
  facts.focus = await page.evaluate(() => document.activeElement.innerText);
  await page.keyboard.press("Enter");
  facts.again = await seen();
  await page.close();
  return { ...facts, paper: await paper(name) };
}

// Two at a time, the longest first.
const facts = {};
const deep = [...task.stepped, ...task.unfolded];
const names = [...deep, ...Object.keys(task.pages).filter((name) => !deep.includes(name))];
async function lane() {
  const screen = await tab();
  const still = await tab({ javaScriptEnabled: false });
  for (let name = names.shift(); name; name = names.shift()) {
    facts[name] = await everywhere(name, screen, still);
    if (task.stepped.includes(name)) facts[name].stepped = await stepped(name);
    if (task.told[name]) facts[name].told = await told(name, task.told[name]);
    if (task.unfolded.includes(name)) facts[name].unfolded = await unfolded(name);
  }
}
await Promise.all([lane(), lane()]);
await browser.close();
console.log(JSON.stringify(facts));
