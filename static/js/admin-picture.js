// Shows a chosen picture before it is uploaded.
// It is drawn on a canvas: the site's policy allows pictures from the site only.
document.addEventListener("change", async ({ target }) => {
  if (!target.matches("input[data-picture]")) return;
  target.parentElement.querySelector("canvas.chosen")?.remove();
  const [file] = target.files;
  if (!file) return;
  try {
    const picture = await createImageBitmap(file);
    const canvas = document.createElement("canvas");
    canvas.className = "chosen";
    canvas.width = Math.min(480, picture.width);
    canvas.height = Math.round((picture.height * canvas.width) / picture.width);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    target.after(canvas);
  } catch {
    // The server says what is wrong with it.
  }
});
