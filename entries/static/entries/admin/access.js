// Django's icons with a text of help are spans, which may have a name only as a picture.
addEventListener("load", () => {
  document.querySelectorAll("span.help-tooltip[aria-label]").forEach((icon) => { icon.role = "img"; });
});
