// The brush: paints a mask over a picture. White in the mask is what shall be painted again; it is sent as a PNG file of the
// picture's own size.

const easel = one("[data-easel]");

const brush = (form) => {
  const picture = one("[data-canvas] img", form);
  const canvas = document.createElement("canvas");
  canvas.width = Number(picture.getAttribute("width"));
  canvas.height = Number(picture.getAttribute("height"));
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", one("[data-brush-name]", form).textContent);
  one("[data-canvas]", form).append(canvas);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const colour = getComputedStyle(canvas).color;
  const past = [];
  let stroke = null;

  const remember = () => {
    past.push(context.getImageData(0, 0, canvas.width, canvas.height));
    if (past.length > 20) past.shift();
  };
  const place = ({ clientX, clientY }) => {
    const box = canvas.getBoundingClientRect();
    const scale = canvas.width / box.width;
    return [(clientX - box.left) * scale, (clientY - box.top) * scale];
  };
  const draw = (from, to) => {
    const erases = one("[data-tool]:checked", form).value === "erase";
    Object.assign(context, {
      globalCompositeOperation: erases ? "destination-out" : "source-over",
      strokeStyle: colour,
      lineWidth: Number(one("[data-width]", form).value) * (canvas.width / 512),
      lineCap: "round",
      lineJoin: "round",
    });
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
  };

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    remember();
    stroke = place(event);
    draw(stroke, stroke);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    for (const part of event.getCoalescedEvents?.() ?? [event]) {
      const to = place(part);
      draw(stroke, to);
      stroke = to;
    }
  });
  ["pointerup", "pointercancel"].forEach((name) => canvas.addEventListener(name, () => (stroke = null)));

  const deeds = {
    undo: () => past.length && context.putImageData(past.pop(), 0, 0),
    clear: () => {
      remember();
      context.clearRect(0, 0, canvas.width, canvas.height);
    },
    invert: () => {
      remember();
      context.globalCompositeOperation = "xor";
      context.fillStyle = colour;
      context.fillRect(0, 0, canvas.width, canvas.height);
    },
  };
  all("[data-brush]", form).forEach((button) => button.addEventListener("click", () => deeds[button.dataset.brush]()));

  /** The mask as black and white, or nothing where nothing was brushed. */
  const mask = async () => {
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
    let brushed = false;
    for (let at = 0; at < pixels.data.length; at += 4) {
      const white = pixels.data[at + 3] > 127 ? 255 : 0;
      brushed ||= white === 255;
      pixels.data.set([white, white, white, 255], at);
    }
    if (!brushed) return null;
    const sheet = new OffscreenCanvas(canvas.width, canvas.height);
    sheet.getContext("2d").putImageData(pixels, 0, 0);
    return sheet.convertToBlob({ type: "image/png" });
  };

  form.addEventListener("submit", async (event) => {
    if (form.dataset.ready || event.submitter?.value !== "repaint") return;
    event.preventDefault();
    const blob = await mask();
    if (blob) {
      const files = new DataTransfer();
      files.items.add(new File([blob], "mask.png", { type: "image/png" }));
      one("input[name=mask]", form).files = files.files;
    }
    form.dataset.ready = "yes";
    form.requestSubmit(event.submitter);
  });
};

if (easel) brush(easel);
