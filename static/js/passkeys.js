// Passkeys need a script: their buttons appear with it, and what the device refuses is said on the page.
document.querySelectorAll("[data-passkey]").forEach((button) => {
  button.hidden = !window.PublicKeyCredential;
});

document.addEventListener("allauth.error", (event) => {
  const notice = document.querySelector("[data-passkey-failed]");
  if (!notice) return;
  event.preventDefault();
  notice.hidden = false;
  notice.focus();
});
