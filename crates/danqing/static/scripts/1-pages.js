// What a script adds to pages that work without one: reading while one types, pictures as they are painted, dropped files,
// endless walls. Nothing here is needed; every element that it touches is a link or a form.

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

const fetched = (address, options = {}) =>
  fetch(address, { credentials: "same-origin", ...options, headers: { "x-fragment": "1", ...options.headers } });

const later = (milliseconds, deed) => {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => deed(...values), milliseconds);
  };
};

/** Shows what only works with a script and hides what is only needed without. */
const dress = (root = document) => {
  all("[data-scripted]", root).forEach((element) => (element.hidden = false));
  all("[data-unscripted]", root).forEach((element) => (element.hidden = true));
};

/** Puts the main part of a page that was fetched in the place of this page's. */
const turnTo = async (response) => {
  const page = parsed(await response.text());
  one("main").replaceWith(document.adoptNode(one("main", page)));
  document.title = page.title;
  dress();
  one("main").focus();
  scrollTo(0, 0);
};

// Compose

const prompt = () => one("#composer textarea");

const reading = later(180, async () => {
  const place = one("[data-reading]");
  const text = prompt()?.value ?? "";
  if (!place) return;
  const response = await fetched(`${place.dataset.reading}?${new URLSearchParams({ prompt: text })}`);
  if (response.ok && prompt()?.value === text) place.innerHTML = await response.text();
});

const write = (text) => {
  prompt().value = text;
  prompt().focus();
  prompt().dispatchEvent(new Event("input", { bubbles: true }));
};

const freshJobs = later(120, async () => {
  const place = one("[data-jobs]");
  if (!place) return;
  const response = await fetched(place.dataset.swapFrom);
  if (response.ok) place.innerHTML = await response.text();
});

/** Sends a form and stays on the page where the answer leads back to it. */
const send = async (form, submitter) => {
  const data = new FormData(form, submitter);
  const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
  submitter?.setAttribute("disabled", "");
  try {
    const response = await fetched(submitter?.getAttribute("formaction") ?? form.action, { method: "POST", body });
    if (response.ok && new URL(response.url).pathname === (form.dataset.answer ?? location.pathname)) {
      freshJobs();
      if (form.dispatchEvent(new Event("ordered", { cancelable: true }))) {
        one("#jobs")?.scrollIntoView({ block: "nearest", behavior: "smooth" });
      }
    } else {
      await turnTo(response);
    }
  } finally {
    submitter?.removeAttribute("disabled");
  }
};

/** Waits in sight for a file that takes a while to make, and saves it. */
const download = async (form, submitter) => {
  const busy = one("[data-busy]", form);
  const halt = new AbortController();
  one("[data-stop]", form).onclick = () => halt.abort();
  submitter.disabled = true;
  busy.hidden = false;
  try {
    const response = await fetched(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), signal: halt.signal });
    const named = response.headers.get("content-disposition")?.match(/filename\*=UTF-8''([^;]+)/);
    if (!response.ok || !named) return await turnTo(response);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await response.blob());
    link.download = decodeURIComponent(named[1]);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  } finally {
    submitter.disabled = false;
    busy.hidden = true;
  }
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-download]")) {
    event.preventDefault();
    download(form, event.submitter);
    return;
  }
  const method = event.submitter?.getAttribute("formmethod") ?? form.method;
  const stays = form.matches("[data-composer], [data-swap]");
  if (!stays || method !== "post") return;
  event.preventDefault();
  send(form, event.submitter);
});

document.addEventListener("input", (event) => {
  if (event.target === prompt()) reading();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target === prompt()) {
    event.preventDefault();
    one("#composer").requestSubmit(one("#composer .stamp-button"));
  }
});

document.addEventListener("click", async (event) => {
  const element = event.target.closest("[data-fill], [data-insert], [data-replace], [data-copy]");
  if (!element) return;
  const { fill, insert, replace, copy } = element.dataset;
  if (copy) {
    await navigator.clipboard.writeText(one(copy).textContent);
    element.lastChild.textContent = element.dataset.done;
    return;
  }
  if (!prompt()) return;
  event.preventDefault();
  if (fill) write(fill);
  if (replace) write(prompt().value.replace(replace, element.dataset.with));
  if (insert) {
    const choices = insert.split("|").filter((choice) => choice !== prompt().value);
    write(choices[Math.floor(Math.random() * choices.length)]);
  }
});

// Live

const listen = () => {
  const place = one("[data-jobs]");
  if (!place || !window.EventSource) return;
  const events = new EventSource(place.dataset.jobs);
  const job = (id) => one(`[data-job="${CSS.escape(id)}"]`);
  events.addEventListener("progress", ({ data }) => {
    const { job: id, done, total, preview } = JSON.parse(data);
    const article = job(id);
    if (!article || article.dataset.state !== "leased") return freshJobs();
    const bar = one("progress", article);
    if (total > 0) Object.assign(bar, { max: total, value: done });
    one("[data-said]", article).textContent = article.dataset.step.replace("{done}", done).replace("{total}", total);
    const sketch = one("[data-preview] img", article);
    if (preview && sketch) sketch.src = preview;
  });
  ["queued", "kept", "finished", "missed"].forEach((name) => events.addEventListener(name, freshJobs));
  events.addEventListener("open", freshJobs);
  addEventListener("pagehide", () => events.close());
};

// Walls without end

const extend = async (link) => {
  const wall = one(link.dataset.append);
  link.removeAttribute("data-append");
  const response = await fetched(link.href);
  if (!response.ok) return;
  const page = parsed(await response.text());
  wall.append(...all(`#${wall.id} > *`, page));
  const next = one("[data-append]", page);
  link.parentElement.hidden = !next;
  if (next) {
    link.href = next.getAttribute("href");
    link.dataset.append = next.dataset.append;
    sight.unobserve(link);
    sight.observe(link);
  }
};

const sight = new IntersectionObserver(
  (entries) => entries.forEach(({ isIntersecting, target }) => isIntersecting && target.dataset.append && extend(target)),
  { rootMargin: "800px" },
);

// Dropped files

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

const give = (form, files) => {
  one("input[type=file]", form).files = files;
  form.requestSubmit();
};

const received = () => one("[data-well]") ?? one("[data-recall]");

addEventListener("dragover", (event) => {
  if (!carriesFiles(event) || !received()) return;
  event.preventDefault();
  document.body.classList.toggle("dropping", !one("[data-well]"));
  one("[data-well]")?.classList.add("over");
});

addEventListener("dragleave", (event) => {
  if (event.relatedTarget) return;
  document.body.classList.remove("dropping");
  one("[data-well]")?.classList.remove("over");
});

addEventListener("drop", (event) => {
  if (!carriesFiles(event) || !received()) return;
  event.preventDefault();
  document.body.classList.remove("dropping");
  const { files } = event.dataTransfer;
  const table = /\.(csv|txt)$/i.test(files[0]?.name ?? "");
  give(one("[data-well]") ?? one(table ? "[data-batch]" : "[data-recall]"), files);
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]") && event.target.files.length) event.target.form.requestSubmit();
});

dress();
listen();
all("[data-append]").forEach((link) => sight.observe(link));
