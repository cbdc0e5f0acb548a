// Small trained networks, and drawings as images like those of MNIST. No page is needed here.
"use strict";
globalThis.networks = (() => {
  const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
  const floats = text => new Float32Array(bytes(text).buffer);
  const whole = text => new Int8Array(bytes(text).buffer);

  const activations = {
    linear: v => v,
    relu: v => Math.max(v, 0),
    sigmoid: v => 1 / (1 + Math.exp(-v)),
  };

  // Layers with float weights. Kernels: (inputs, outputs) or (height, width, inputs, outputs).
  function load(entries) {
    return entries.map(({ kind, activation, stride, shape, kernel, scale, bias }) => {
      const steps = floats(scale), outputs = shape[shape.length - 1];
      const weights = Float32Array.from(whole(kernel), (value, i) => value * steps[i % outputs]);
      return { kind, stride, shape, weights, bias: floats(bias), f: activations[activation] };
    });
  }

  function dense(x, { weights, bias }) {
    const y = Float32Array.from(bias), n = y.length;
    for (let i = 0; i < x.length; i++) {
      const value = x[i];
      if (value === 0) continue;
      for (let j = 0, k = i * n; j < n; j++, k++) y[j] += value * weights[k];
    }
    return y;
  }

  // Square images with the channels last, and the padding that Keras calls "same". A transposed
  // convolution pairs the same pixels, with input and output exchanged.
  function convolve(x, { kind, stride, shape, weights, bias }) {
    const [size, , inputs, outputs] = shape, forward = kind === "conv";
    const side = Math.round(Math.sqrt(x.length / inputs));
    const large = forward ? side : side * stride, small = Math.ceil(large / stride);
    const pad = Math.max(0, (small - 1) * stride + size - large) >> 1;
    const width = forward ? small : large, y = new Float32Array(width * width * outputs);
    for (let i = 0; i < y.length; i++) y[i] = bias[i % outputs];
    for (let v = 0; v < small; v++) for (let u = 0; u < small; u++) {
      for (let ky = 0; ky < size; ky++) for (let kx = 0; kx < size; kx++) {
        const b = v * stride + ky - pad, a = u * stride + kx - pad;
        if (a < 0 || b < 0 || a >= large || b >= large) continue;
        const one = v * small + u, other = b * large + a;
        const from = (forward ? other : one) * inputs, to = (forward ? one : other) * outputs;
        for (let i = 0; i < inputs; i++) {
          const value = x[from + i];
          if (value === 0) continue;
          const k = ((ky * size + kx) * inputs + i) * outputs;
          for (let j = 0; j < outputs; j++) y[to + j] += value * weights[k + j];
        }
      }
    }
    return y;
  }

  // Output of the layers for one input, a flat array.
  function run(layers, x) {
    return layers.reduce((x, layer) => {
      const y = layer.kind === "dense" ? dense(x, layer) : convolve(x, layer);
      for (let i = 0; i < y.length; i++) y[i] = layer.f(y[i]);
      return y;
    }, x);
  }

  const SIDE = 28, BOX = 20, PEN = 1.25;  // pixels: the image, the digit in it, half a line's width

  // Ink from 0 to 1 of lines through points, each line an array of [x, y] in pixels.
  function ink(lines) {
    const image = new Float32Array(SIDE * SIDE);
    const draw = ([ax, ay], [bx, by]) => {
      const dx = bx - ax, dy = by - ay, length = dx * dx + dy * dy || 1, reach = PEN + 1;
      const range = (a, b) => [
        Math.max(0, Math.floor(Math.min(a, b) - reach)),
        Math.min(SIDE - 1, Math.ceil(Math.max(a, b) + reach)),
      ];
      const [left, right] = range(ax, bx), [top, bottom] = range(ay, by);
      for (let v = top; v <= bottom; v++) for (let u = left; u <= right; u++) {
        const x = u + 0.5 - ax, y = v + 0.5 - ay;
        const t = Math.min(1, Math.max(0, (x * dx + y * dy) / length));
        const value = PEN + 0.5 - Math.hypot(x - t * dx, y - t * dy);
        const i = v * SIDE + u;
        if (value > image[i]) image[i] = Math.min(1, value);
      }
    };
    for (const line of lines) line.forEach((point, i) => draw(line[Math.max(0, i - 1)], point));
    return image;
  }

  // Centre of mass [x, y] of an image, in pixels.
  function centre(image) {
    let mass = 0, x = 0, y = 0;
    image.forEach((value, i) => {
      mass += value;
      x += value * ((i % SIDE) + 0.5);
      y += value * (Math.floor(i / SIDE) + 0.5);
    });
    return [x / mass, y / mass];
  }

  // A drawing as MNIST has it: it fills 20 by 20 pixels, and its centre of mass is in the middle of
  // 28 by 28. Lines of one width, whatever the size of the drawing. Without lines an empty image.
  function likeMnist(lines) {
    const points = lines.flat();
    if (!points.length) return new Float32Array(SIDE * SIDE);
    const [xs, ys] = [0, 1].map(axis => points.map(point => point[axis]));
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top];
    const room = BOX - 2 * PEN, zoom = room / Math.max(width, height, 1e-9);
    const small = Math.max(width, height) < 1e-9;  // one point
    const place = (dx, dy) => lines.map(line => line.map(([x, y]) => (
      small ? [dx, dy] : [(x - left - width / 2) * zoom + dx, (y - top - height / 2) * zoom + dy]
    )));
    let [x, y] = [SIDE / 2, SIDE / 2], image;
    for (let round = 0; round < 2; round++) {  // the first image tells where the centre of mass is
      image = ink(place(x, y));
      const [u, v] = centre(image);
      x += SIDE / 2 - u;
      y += SIDE / 2 - v;
    }
    return ink(place(x, y));
  }

  // Mean squared difference of two images.
  const distance = (a, b) => a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length;

  // Share of values below `value`; `quantiles` are at equal distances from 0 to 1.
  function rank(value, quantiles) {
    const last = quantiles.length - 1;
    if (value <= quantiles[0]) return 0;
    if (value >= quantiles[last]) return 1;
    const i = quantiles.findIndex(quantile => quantile > value) - 1;
    return (i + (value - quantiles[i]) / (quantiles[i + 1] - quantiles[i])) / last;
  }

  // From a latent variable to a place on the map, and back.
  const squeeze = z => 1 / (1 + Math.exp(-1.702 * z));
  const stretch = share => Math.log(share / (1 - share)) / 1.702;

  return { bytes, floats, whole, load, run, likeMnist, centre, distance, rank, squeeze, stretch };
})();
