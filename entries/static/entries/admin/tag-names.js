// Suggests tags: arrow keys choose, Enter or Tab takes, Escape closes.
function suggestTags(input, number) {
  const single = "single" in input.dataset;
  const box = document.createElement("span");
  const list = document.createElement("ul");
  box.className = "tag-names";
  list.id = `tag-names-${number}`;
  list.role = "listbox";
  list.hidden = true;
  input.before(box);
  box.append(input, list);
  input.role = "combobox";
  input.ariaAutoComplete = "list";
  input.ariaExpanded = false;
  input.setAttribute("aria-controls", list.id);
  let chosen = -1, timer, asked = 0;

  const start = () => single ? 0 : input.value.lastIndexOf(",", input.selectionStart - 1) + 1;
  const end = () => {
    const comma = single ? -1 : input.value.indexOf(",", input.selectionStart);
    return comma < 0 ? input.value.length : comma;
  };
  const quoted = (name) => !single && /[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;

  function show(names) {
    chosen = -1;
    list.replaceChildren(...names.map((name, n) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${n}`;
      item.role = "option";
      item.textContent = name;
      item.addEventListener("mousedown", (event) => { event.preventDefault(); take(name); });
      return item;
    }));
    list.hidden = !names.length;
    input.ariaExpanded = !list.hidden;
    input.removeAttribute("aria-activedescendant");
  }
  function take(name) {
    const before = input.value.slice(0, start());
    const text = (before && !single ? before.trimEnd() + " " : "") + quoted(name);
    input.value = text + input.value.slice(end());
    input.setSelectionRange(text.length, text.length);
    show([]);
  }
  function choose(step) {
    if (chosen >= 0) list.children[chosen].ariaSelected = null;
    chosen = (chosen + step + list.children.length) % list.children.length;
    list.children[chosen].ariaSelected = true;
    input.setAttribute("aria-activedescendant", list.children[chosen].id);
  }
  async function ask() {
    const term = input.value.slice(start(), input.selectionStart).trim();
    const turn = ++asked;
    if (!term) return show([]);
    const answer = await fetch(input.dataset.tagNames + encodeURIComponent(term));
    if (turn === asked && answer.ok) {
      show((await answer.json()).results.slice(0, 8).map((result) => result.text));
    }
  }
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 150); });
  input.addEventListener("blur", () => { asked++; clearTimeout(timer); show([]); });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") choose(1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? 0 : -1);
    else if (event.key === "Escape") show([]);
    else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0) {
      take(list.children[chosen].textContent);
    } else return;
    event.preventDefault();
  });
}
document.querySelectorAll("input[data-tag-names]").forEach(suggestTags);
