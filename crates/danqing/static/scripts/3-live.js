// Painting while one writes. One frame is asked for at a time, always with the newest words; when they rest, one more with
// care. Nobody who sits still has a processor at work.

/** Milliseconds after which a frame in work gives way to newer words. */
const PATIENCE = 300;
/** Milliseconds without a change after which a frame is painted with care. */
const REST = 250;

/** What is chosen of a text that an input method has not finished: its Chinese, not the letters that are typed for it. */
const chosen = (text) => (text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+/gu) ?? []).join("");

/** A seed of as many digits as orders draw. */
const seeded = () => String(crypto.getRandomValues(new Uint32Array(1))[0]);

const live = (form) => {
  const field = one("textarea", form);
  const said = form.dataset;
  const hidden = (name) => one(`input[name=${name}]`, form);
  const journey = one("[data-journey]", form);
  const manner = one("[data-manner]", form);
  const stops = all("[data-stop]", form);
  const stage = one("[data-stage]", form);
  const frame = one("[data-frame]", form);
  const note = one("[data-note]", form);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // Words

  let composing = null;
  const words = () => (composing ? composing.before + chosen(composing.text) + composing.after : field.value);
  field.addEventListener("compositionstart", () => {
    const { value, selectionStart, selectionEnd } = field;
    composing = { before: value.slice(0, selectionStart), after: value.slice(selectionEnd), text: "" };
  });
  field.addEventListener("compositionupdate", ({ data }) => {
    if (composing) composing.text = data;
    ask();
  });
  field.addEventListener("compositionend", () => {
    composing = null;
    ask();
  });

  // Seeds and styles

  let there = seeded();
  hidden("seed").value ||= seeded();

  const travel = () => {
    const share = Number(journey.value);
    hidden("travel").value = share > 0 ? `${there}:${share}` : "";
    one("[data-journey-said]", form).textContent = `${Math.round(share * 100)} %`;
    one("[data-seeds]", form).textContent = fill(said.way, { from: hidden("seed").value, to: there });
    journey.setAttribute("aria-valuetext", `${Math.round(share * 100)} %`);
  };

  const blend = () => {
    const place = Number(manner.value);
    // Near a style it is that style: a blend costs half as much again.
    const nearest = Math.round(place);
    const first = Math.abs(place - nearest) < 0.06 ? nearest : Math.floor(place);
    const share = first === nearest && Math.abs(place - nearest) < 0.06 ? 0 : place - first;
    const name = (at) => stops[at].textContent;
    hidden("style").value = stops[first].dataset.value;
    hidden("blend").value = share ? `${stops[first + 1].dataset.value}:${share.toFixed(2)}` : "";
    const told = share
      ? fill(said.mix, { one: name(first), a: Math.round((1 - share) * 100), two: name(first + 1), b: Math.round(share * 100) })
      : name(first);
    one("[data-manner-said]", form).textContent = told;
    manner.setAttribute("aria-valuetext", told);
    stops.forEach((stop, at) => stop.setAttribute("aria-pressed", String(!share && at === first)));
  };

  // Frames

  let wanted = "";
  let shown = "";
  let work = null;
  /** Whether a frame gave way since the last one that was shown: the next must come to its end, or nothing would be seen. */
  let gaveWay = false;
  const times = [];

  const order = () => {
    const data = new URLSearchParams(new FormData(form));
    data.set("prompt", words().trim());
    return String(data);
  };

  const show = async (response, prompt, fine) => {
    const address = URL.createObjectURL(await response.blob());
    const last = frame.src;
    frame.src = address;
    await frame.decode().catch(() => {});
    if (last.startsWith("blob:")) URL.revokeObjectURL(last);
    gaveWay = false;
    frame.hidden = false;
    frame.alt = prompt;
    frame.dataset.frame = fine ? "fine" : "draft";
    stage.disabled = false;
    stage.classList.remove("stale");
    one("[data-blank]", form).hidden = true;
    note.textContent = "";
  };

  /** How many frames a second came of late, and how long the last one took from the key to the eye. */
  const pace = (since) => {
    const now = performance.now();
    times.push(now);
    while (times.length > 12 || now - times[0] > 3000) times.shift();
    const rate = times.length > 3 ? ((times.length - 1) * 1000) / (now - times[0]) : 0;
    const told = fill(said.pace, { ms: Math.round(now - since), rate: rate.toFixed(1) });
    one("[data-pace-place]", form).textContent = rate ? told : told.split(" · ")[0];
  };

  /** Asks for the frame of `asked`; gives whether there may be another. */
  const paint = async (asked, fine) => {
    work = { since: performance.now(), stop: new AbortController(), fine };
    try {
      const body = new URLSearchParams(asked);
      const address = fine ? `${said.live}?fine=1` : said.live;
      const response = await fetch(address, { method: "POST", credentials: "same-origin", body, signal: work.stop.signal });
      shown = asked;
      if (response.status === 200) {
        await show(response, body.get("prompt"), fine);
        if (!fine) pace(work.since);
        return !fine;
      }
      if (response.status !== 204) {
        note.textContent = (await response.text()).trim();
        stage.classList.add("stale");
      }
      return false;
    } catch (error) {
      if (error.name !== "AbortError") note.textContent = said.away;
      return false;
    } finally {
      work = null;
    }
  };

  const rested = later(REST, async () => {
    if (work || wanted !== shown) return;
    await paint(shown, true);
    if (wanted !== shown) follow();
  });

  const follow = async () => {
    let asked;
    do {
      asked = wanted;
      if (!new URLSearchParams(asked).get("prompt")) return;
      if (await paint(asked, false)) rested();
    } while (wanted !== asked);
  };

  const ask = () => {
    wanted = order();
    if (wanted === shown) return;
    if (!work) return follow();
    const late = !gaveWay && performance.now() - work.since > PATIENCE;
    if (!work.fine && !late) return;
    gaveWay ||= !work.fine;
    work.stop.abort();
  };

  field.addEventListener("input", ask);
  journey.addEventListener("input", () => (travel(), ask()));
  manner.addEventListener("input", () => (blend(), ask()));
  stops.forEach((stop) =>
    stop.addEventListener("click", () => {
      manner.value = stop.dataset.stop;
      blend();
      ask();
    }),
  );
  one("[data-reseed]", form).addEventListener("click", () => {
    hidden("seed").value = seeded();
    there = seeded();
    journey.value = 0;
    travel();
    ask();
  });
  form.addEventListener("ordered", (event) => {
    event.preventDefault();
    note.textContent = said.kept;
  });

  travel();
  blend();
  ask();
};

if (one("[data-live]")) live(one("[data-live]"));

// From the page for painting one goes on with what one has written.
document.addEventListener("click", ({ target }) => {
  const link = target.closest("[data-carry]");
  if (!link) return;
  const form = new FormData(one("#composer"));
  const carried = ["prompt", "seed", "style"].map((name) => [name, form.get(name) ?? ""]).filter(([, value]) => value);
  link.href = `${link.pathname}?${new URLSearchParams(carried)}`;
});
