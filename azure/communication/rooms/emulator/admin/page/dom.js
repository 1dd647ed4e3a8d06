// Makes elements. A text becomes a text node and nothing else, so what a request holds is shown and never run.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (typeof value === "boolean") {
      element.toggleAttribute(name, value);
    } else if (value !== undefined && value !== null) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined));
  return element;
}

export const h = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
export const svg = (name, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, name), attributes, children);

// A field with its label above it. `name` is that of the control, by which it can be found.
export function field(label, control) {
  control.id ||= `field-${control.name}`;
  return h("div", { class: "field" }, h("label", { for: control.id }, label), control);
}

// A button. What goes wrong is shown in the message at the foot of the page.
export function button(label, action, attributes = {}) {
  return h("button", { type: "button", name: label.toLowerCase(), onclick: () => attempt(action), ...attributes }, label);
}

// A form that does `action` on Enter and by its button, and stays where it is.
export function form(attributes, action, ...children) {
  const onsubmit = (event) => {
    event.preventDefault();
    attempt(action);
  };
  return h("form", { ...attributes, onsubmit, novalidate: true }, ...children);
}

export const submit = (label, attributes = {}) =>
  h("button", { type: "submit", name: label.toLowerCase(), class: "primary", ...attributes }, label);

export async function attempt(action) {
  try {
    await action();
  } catch (error) {
    showMessage(error.message, "error");
  }
}

let hiding;

export function showMessage(text, kind = "done") {
  const message = document.getElementById("message");
  message.textContent = text;
  message.className = `message ${kind}`;
  message.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { message.hidden = true; }, kind === "error" ? 10000 : 3000);
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h("textarea", { class: "away", "aria-hidden": "true" });
    const focused = document.activeElement;
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    focused?.focus();
    if (!copied) throw new Error("The browser does not let the page copy. Select the text and copy it.");
  }
  showMessage("Copied");
}

export const copyButton = (text, label = "Copy") => button(label, () => copy(typeof text === "function" ? text() : text));

// Makes the children of `parent` those of `items`, and keeps the elements of items that were there: what has the focus,
// is open or selected stays as it is. `make` returns an element, `update` changes it.
export function sync(parent, items, keyOf, make, update) {
  const present = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let element = present.get(key);
    present.delete(key);
    if (element === undefined) {
      element = make(item);
      element.dataset.key = key;
    }
    update(element, item);
    if (element === place) {
      place = place.nextElementSibling;
    } else {
      parent.insertBefore(element, place);
    }
  }
  for (const element of present.values()) element.remove();
}

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
