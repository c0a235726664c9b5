// Drawing the floor plan: a box that is moved by hand writes its numbers in the form, and the form moves the box.
const plan = document.getElementById("drawing");
const field = (side, thing) => document.getElementById(`${side}-${thing}`);
const at = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(plan.getScreenCTM().inverse());
const whole = (value, least, most) => Math.max(least, Math.min(most, Math.round(value / 2) * 2));

function put(group, x, y) {
  const [rect, text] = group.children;
  text.setAttribute("x", x + rect.width.baseVal.value / 2);
  text.setAttribute("y", y + (text.y.baseVal[0].value - rect.y.baseVal.value));
  rect.setAttribute("x", x);
  rect.setAttribute("y", y);
}

for (const group of plan?.querySelectorAll("[data-thing]") ?? []) {
  const thing = group.dataset.thing, rect = group.firstElementChild;
  let grip = null;
  group.addEventListener("pointerdown", (event) => {
    const point = at(event);
    grip = { x: point.x - rect.x.baseVal.value, y: point.y - rect.y.baseVal.value };
    group.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  group.addEventListener("pointermove", (event) => {
    if (!grip) return;
    const point = at(event), box = plan.viewBox.baseVal;
    const x = whole(point.x - grip.x, 0, box.width - rect.width.baseVal.value), y = whole(point.y - grip.y, 0, 3000 - rect.height.baseVal.value);
    put(group, x, y);
    field("x", thing).value = x;
    field("y", thing).value = y;
  });
  group.addEventListener("pointerup", () => { grip = null; });
  for (const side of ["x", "y", "width", "height"]) {
    field(side, thing).addEventListener("input", () => {
      const [x, y, width, height] = ["x", "y", "width", "height"].map((one) => Number.parseInt(field(one, thing).value, 10));
      if ([x, y, width, height].some(Number.isNaN)) return;
      rect.setAttribute("width", width);
      rect.setAttribute("height", height);
      put(group, x, y);
    });
  }
}
