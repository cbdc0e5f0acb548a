// The front page: a drawing goes through the networks while it is made, and a face through PCA.
"use strict";
(() => {
  const { load, run, likeMnist, distance, rank, squeeze, stretch, bytes, floats, whole } = networks;
  const text = JSON.parse(document.getElementById("texts").textContent);
  const weights = demoWeights;
  const find = name => document.getElementById(name);
  // Made once: making a format takes longer than using it a hundred times.
  const formats = Array.from({ length: 5 }, (_, digits) => new Intl.NumberFormat(text.language, {
    minimumFractionDigits: digits, maximumFractionDigits: digits,
  }));
  const shares = new Intl.NumberFormat(text.language, {
    style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1,
  });
  const number = (value, digits) => formats[digits].format(value);
  const percent = share => shares.format(share);
  const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // A grey image, 0 white and 1 black, in a canvas of its size.
  function paint(canvas, image) {
    const data = new ImageData(canvas.width, canvas.height);
    for (let i = 0; i < image.length; i++) {
      data.data.fill(255 * (1 - image[i]), 4 * i, 4 * i + 3);
      data.data[4 * i + 3] = 255;
    }
    canvas.getContext("2d").putImageData(data, 0, 0);
  }

  // Noise: normal numbers, the same at each visit.
  function normal(count, state = 7) {
    const uniform = () => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
    return Float32Array.from({ length: count }, () => (
      Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
    ));
  }

  // Drawings in the unit square. A curve goes smoothly through its points.
  function curve(points) {
    if (points.length < 3) return points;
    const smooth = [], at = i => points[Math.min(points.length - 1, Math.max(0, i))];
    for (let i = 0; i < points.length - 1; i++) {
      for (let step = 0; step < 8; step++) {
        const t = step / 8, [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
        smooth.push([0, 1].map(k => 0.5 * (2 * b[k] + (c[k] - a[k]) * t
          + (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t * t
          + (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t ** 3)));
      }
    }
    return [...smooth, points[points.length - 1]];
  }
  const shapes = {
    0: [[50, 10, 30, 22, 22, 50, 30, 78, 50, 90, 70, 78, 78, 50, 70, 22, 50, 10]],
    1: [[56, 10, 46, 90]],
    2: [[25, 30, 36, 14, 58, 11, 71, 26, 62, 50, 42, 70, 24, 87], [24, 87, 48, 83, 78, 88]],
    3: [[28, 18, 48, 10, 68, 21, 64, 38, 44, 47], [44, 47, 68, 54, 74, 72, 55, 89, 26, 84]],
    4: [[32, 12, 26, 36, 28, 51, 48, 55, 72, 50], [70, 14, 66, 50, 60, 90]],
    5: [[72, 12, 35, 14], [35, 14, 31, 44], [31, 44, 52, 39, 70, 51, 71, 73, 52, 89, 26, 84]],
    6: [[64, 10, 43, 30, 31, 62, 38, 85, 56, 88, 69, 74, 60, 59, 43, 60, 33, 72]],
    7: [[25, 16, 76, 14], [76, 14, 58, 50, 48, 90]],
    8: [[68, 22, 50, 10, 33, 22, 40, 40, 58, 56, 68, 74, 50, 90, 33, 76, 41, 57, 60, 41, 68, 22]],
    9: [[68, 26, 50, 11, 33, 26, 38, 45, 55, 46, 68, 28], [69, 24, 67, 55, 60, 90]],
    house: [[20, 90, 20, 42], [20, 42, 50, 10], [50, 10, 80, 42], [80, 42, 80, 90], [80, 90, 20, 90],
      [42, 90, 42, 62], [42, 62, 58, 62], [58, 62, 58, 90]],
    star: [[50, 8, 74, 88], [74, 88, 10, 38], [10, 38, 90, 38], [90, 38, 26, 88], [26, 88, 50, 8]],
    spiral: [Array.from({ length: 40 }, (_, i) => {
      const turn = i / 2.2, radius = i * 1.05;
      return [50 + radius * Math.cos(turn), 50 + radius * Math.sin(turn)];
    }).flat()],
  };
  const shape = name => shapes[name].map(flat => curve(
    Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] / 100, flat[2 * i + 1] / 100]),
  ));

  // The networks.
  const [encoder, decoder] = ["encoder", "decoder"].map(part => load(weights.code[part]));
  const [toMap, fromMap] = ["encoder", "decoder"].map(part => load(weights.map[part]));
  const denoiser = load(weights.denoise.network);
  const errors = floats(weights.code.errors);
  const pattern = normal(784);
  const places = bytes(weights.map.places), { betas, digits } = weights.map;

  const settings = () => ({
    noise: Number(find("noise").value), stop: Number(find("beta").value),
  });

  // All that the page shows of an image, as numbers.
  function answer(image, { noise, stop }) {
    const code = run(encoder, image), rebuilt = run(decoder, code);
    const power = Math.log2(betas[stop]) / 4;
    const z = run(toMap, Float32Array.of(...image, power));
    const noisy = image.map((value, i) => Math.min(1, Math.max(0, value + noise * pattern[i])));
    const error = distance(image, rebuilt);
    return {
      code, rebuilt, error, share: rank(error, errors), z, place: [...z].map(squeeze),
      noisy, denoised: run(denoiser, noisy),
    };
  }

  // The digit that most of the ten nearest test images are, and how many of them.
  function neighbours(place, stop) {
    const start = 2 * stop * digits.length;
    const near = [...digits].map((digit, i) => {
      const [u, v] = [0, 1].map(k => places[start + 2 * i + k] / 255 - place[k]);
      return [u * u + v * v, digit];
    }).sort((a, b) => a[0] - b[0]).slice(0, 10);
    const counts = {};
    near.forEach(([, digit]) => { counts[digit] = (counts[digit] || 0) + 1; });
    const [digit, count] = Object.entries(counts).sort((a, b) => b[1] - a[1])[0];
    return { digit, count };
  }

  // The pad.
  const pad = find("pad"), pen = { x: 0.5, y: 0.5, down: false, seen: false };
  let lines = [], drawing = null, asked = 0, spoken = 0;

  function paintPad() {
    const draw = pad.getContext("2d"), size = pad.width;
    draw.fillStyle = "#fff";
    draw.fillRect(0, 0, size, size);
    draw.lineWidth = 0.075 * size;
    draw.lineCap = draw.lineJoin = "round";
    draw.strokeStyle = "#1c1c1e";
    for (const line of lines) {
      draw.beginPath();
      line.forEach(([x, y]) => draw.lineTo(x * size, y * size));
      if (line.length === 1) draw.lineTo(line[0][0] * size + 0.01, line[0][1] * size);
      draw.stroke();
    }
    if (!pen.seen) return;
    draw.lineWidth = 0.008 * size;  // the pen of the keyboard: a ring, with a dot when it is down
    draw.strokeStyle = draw.fillStyle = "#c24e00";
    draw.beginPath();
    draw.arc(pen.x * size, pen.y * size, 0.035 * size, 0, 2 * Math.PI);
    draw.stroke();
    if (!pen.down) return;
    draw.beginPath();
    draw.arc(pen.x * size, pen.y * size, 0.018 * size, 0, 2 * Math.PI);
    draw.fill();
  }

  // The distribution of the errors on a logarithmic axis.
  const low = Math.log10(0.0005), high = Math.log10(0.3);
  const across = error => (Math.log10(Math.min(0.3, Math.max(0.0005, error))) - low) / (high - low);
  function paintErrors() {
    const canvas = find("errors"), draw = canvas.getContext("2d"), bins = 56;
    const { width, height } = canvas;
    const below = Array.from({ length: bins + 1 }, (_, i) => (
      rank(10 ** (low + (high - low) * i / bins), errors)
    ));
    const most = Math.max(...below.slice(1).map((share, i) => share - below[i]));
    draw.clearRect(0, 0, width, height);
    draw.fillStyle = "#5b93b8";
    for (let i = 0; i < bins; i++) {
      const tall = (height - 4) * (below[i + 1] - below[i]) / most;
      draw.fillRect(i * width / bins + 1, height - tall, width / bins - 2, tall);
    }
  }

  // The map: what the decoder draws at 12 by 12 places, and the codes of test images as dots.
  const COUNT = 12;
  function paintMap(stop) {
    const canvas = find("map"), draw = canvas.getContext("2d"), tile = document.createElement("canvas");
    tile.width = tile.height = 28;
    const zoom = canvas.width / (28 * COUNT), power = Math.log2(betas[stop]) / 4;
    for (let row = 0; row < COUNT; row++) for (let column = 0; column < COUNT; column++) {
      const z = [(column + 0.5) / COUNT, 1 - (row + 0.5) / COUNT].map(stretch);
      paint(tile, run(fromMap, Float32Array.of(...z, power)));
      draw.drawImage(tile, column * 28 * zoom, row * 28 * zoom, 28 * zoom, 28 * zoom);
    }
    draw.fillStyle = "rgba(0, 114, 178, 0.55)";
    for (let i = 0, start = 2 * stop * digits.length; i < digits.length; i++) {
      const [u, v] = [places[start + 2 * i], places[start + 2 * i + 1]];
      draw.beginPath();
      draw.arc(u / 255 * canvas.width, (1 - v / 255) * canvas.height, 2.6, 0, 2 * Math.PI);
      draw.fill();
    }
  }

  const bars = [...find("bars").children], cells = [...find("values").querySelectorAll("td")];

  // Show everything for the present drawing; gives what is shown.
  function update() {
    const start = performance.now();
    const image = likeMnist(lines), chosen = settings(), empty = !lines.length;
    const shown = answer(image, chosen);
    paintPad();
    paint(find("image"), image);
    paint(find("rebuilt"), shown.rebuilt);
    paint(find("noisy"), shown.noisy);
    paint(find("denoised"), shown.denoised);
    bars.forEach((bar, i) => {
      bar.style.transform = `scaleY(${Math.min(1, shown.code[i] / weights.code.largest)})`;
    });
    cells.forEach((cell, i) => { cell.textContent = number(shown.code[i], 3); });
    find("mark").style.left = `${100 * across(shown.error)}%`;
    const [u, v] = shown.place, ring = find("ring"), near = neighbours(shown.place, chosen.stop);
    ring.style.left = `${100 * u}%`;
    ring.style.top = `${100 * (1 - v)}%`;
    find("mark").hidden = ring.hidden = empty;
    const verdict = text.verdicts[shown.share < 0.95 ? 0 : shown.share < 0.995 ? 1 : 2];
    const values = {
      error: number(shown.error, 4), share: percent(shown.share), verdict, ...near,
      u: number(u, 2), v: number(v, 2),
    };
    const sentences = ["unlike", "place"].map(name => (empty ? text.empty : fill(text[name], values)));
    find("verdict").textContent = empty ? "" : verdict;
    find("unlike-words").textContent = sentences[0];
    find("place-words").textContent = sentences[1];
    clearTimeout(spoken);  // a screen reader hears the result once the drawing rests
    spoken = setTimeout(() => {
      find("spoken").textContent = empty ? text.empty : [verdict, ...sentences].join(" ");
    }, 700);
    return { ...shown, image, ms: performance.now() - start };
  }

  function later() {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      update();
    });
  }

  function show(name) {
    lines = shape(name);
    drawing = null;
    pen.down = false;
    later();
  }

  function place(event) {
    const { left, top, width, height } = pad.getBoundingClientRect();
    return [[event.clientX - left, width], [event.clientY - top, height]].map(
      ([value, size]) => Math.min(1, Math.max(0, value / size)),
    );
  }

  let fresh = true;  // the first stroke replaces the example
  function begin(point) {
    if (fresh) lines = [];
    fresh = false;
    drawing = [point];
    lines.push(drawing);
    later();
  }
  pad.addEventListener("pointerdown", event => {
    if (event.button) return;
    event.preventDefault();
    pad.focus({ preventScroll: true });
    pen.seen = pen.down = false;
    pad.setPointerCapture(event.pointerId);
    begin(place(event));
  });
  pad.addEventListener("pointermove", event => {
    if (!drawing || !event.buttons) return;
    const events = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    (events.length ? events : [event]).forEach(part => drawing.push(place(part)));
    later();
  });
  ["pointerup", "pointercancel"].forEach(kind => pad.addEventListener(kind, () => { drawing = null; }));

  const STEP = 0.04;
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  function clear() {
    lines = [];
    drawing = null;
    pen.down = fresh = false;
    later();
  }
  function undo() {
    lines.pop();
    drawing = null;
    pen.down = fresh = false;
    later();
  }
  pad.addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const keys = {
      " ": () => {
        pen.down = !pen.down;
        if (pen.down) begin([pen.x, pen.y]);
        find("spoken").textContent = pen.down ? text.down : text.up;
      },
      Delete: clear, Backspace: undo,
    };
    if (/^\d$/.test(event.key)) {
      show(event.key);
      fresh = true;
    } else if (event.key in ways) {
      [pen.x, pen.y] = [pen.x, pen.y].map((value, k) => (
        Math.min(0.98, Math.max(0.02, value + STEP * ways[event.key][k]))
      ));
      if (pen.down && drawing) drawing.push([pen.x, pen.y]);
    } else if (event.key in keys) keys[event.key]();
    else return;
    event.preventDefault();
    pen.seen = true;
    later();
  });
  pad.addEventListener("blur", () => {
    pen.seen = pen.down = false;
    drawing = null;
    later();
  });
  find("clear").addEventListener("click", clear);
  find("undo").addEventListener("click", undo);
  document.querySelectorAll("[data-shape]").forEach(button => button.addEventListener("click", () => {
    show(button.dataset.shape);
    fresh = true;
  }));

  // Sliders: noise, the weight of the KL term, and the components of a face.
  function slider(name, words, changed) {
    const control = find(name), output = find(`${name}-value`);
    const move = () => {
      const value = words(Number(control.value));
      output.textContent = value;
      control.setAttribute("aria-valuetext", value);
      changed(Number(control.value));
    };
    control.addEventListener("input", move);
    move();
  }
  const power = stop => (betas[stop] < 1 ? `1/${1 / betas[stop]}` : String(betas[stop]));

  const { side } = weights.faces, pixels = side * side;
  const mean = bytes(weights.faces.mean), photos = bytes(weights.faces.faces);
  const scale = floats(weights.faces.scale), axes = whole(weights.faces.components);
  const axis = j => Float32Array.from({ length: pixels }, (_, i) => axes[j * pixels + i] * scale[j]);
  const components = Array.from(scale, (_, j) => axis(j));
  function face(which, k) {
    const original = Float32Array.from({ length: pixels }, (_, i) => photos[which * pixels + i] / 255);
    const rebuilt = Float32Array.from(mean, value => value / 255);
    const rest = original.map((value, i) => value - rebuilt[i]);
    for (const component of components.slice(0, k)) {
      const weight = component.reduce((sum, value, i) => sum + value * rest[i], 0);
      component.forEach((value, i) => { rebuilt[i] += weight * value; });
    }
    return { original, rebuilt, error: distance(original, rebuilt) };
  }
  function updateFace() {
    const { original, rebuilt, error } = face(Number(find("face").value) - 1, Number(find("k").value));
    paint(find("photo"), original.map(value => 1 - value));
    paint(find("approximation"), rebuilt.map(value => 1 - Math.min(1, Math.max(0, value))));
    find("face-words").textContent = fill(text.face, {
      k: find("k").value, pixels, error: number(error, 4),
    });
  }

  paintErrors();
  lines = shape(3);
  slider("noise", value => number(value, 2), later);
  slider("beta", power, stop => {
    paintMap(stop);
    later();
  });
  slider("k", String, updateFace);
  slider("face", String, updateFace);
  update();
  window.demo = {
    answer, shape, face, update, settings,
    draw(given) {
      lines = given;
      return update();
    },
  };
})();
