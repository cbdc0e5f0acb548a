  // JupyterLab takes the arrow keys for itself unless they are handled here.
  function arrows(slider, step, draw) {
    const steps = { ArrowRight: step, ArrowUp: step, ArrowLeft: -step, ArrowDown: -step };
    slider.addEventListener("input", draw);
    slider.addEventListener("keydown", event => {
      if (!(event.key in steps)) return;
      event.preventDefault();
      event.stopPropagation();
      slider.value = Number(slider.value) + steps[event.key];
      draw();
    });
  }

  // A mouse button held down, or a finger: `point` gets its place as shares of the picture.
  function follow(plane, point) {
    const move = event => {
      if (event.type === "pointermove" && !event.buttons) return;
      const { left, top, width, height } = plane.getBoundingClientRect();
      point((event.clientX - left) / width, (event.clientY - top) / height);
    };
    plane.addEventListener("pointerdown", event => {
      plane.setPointerCapture(event.pointerId);
      move(event);
    });
    plane.addEventListener("pointermove", move);
  }

  // In place of the static figure, once for each explorer of this kind on the page.
  function begin(key, start) {
    document.querySelectorAll(`.${key}:not([data-live])`).forEach(root => {
      root.dataset.live = "yes";
      root.querySelector(".live-static").hidden = true;
      root.querySelector(".live-moving").hidden = false;
      start(root);
    });
  }
