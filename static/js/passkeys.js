// Passkeys need a script: what asks for one appears with it, and only in a browser that has passkeys. Why a device
// gave none is said on the page.
const hasPasskeys = Boolean(window.PublicKeyCredential);
document.querySelectorAll("[data-passkey]").forEach((button) => {
  button.hidden = !hasPasskeys;
});
document.querySelectorAll("[data-passkey-none]").forEach((sentence) => {
  sentence.hidden = hasPasskeys;
});

// Browsers do not tell a site whether a player said no or the device holds no passkey: that is one cause.
const CAUSES = {
  NotAllowedError: "refused",
  AbortError: "refused",
  SecurityError: "address",
  InvalidStateError: "known",
  // The question to the site failed: no network, an answer that refuses, or one that is none.
  TypeError: "site",
  Error: "site",
  SyntaxError: "site",
};

document.addEventListener("allauth.error", (event) => {
  const notice = document.querySelector("[data-passkey-failed]");
  if (!notice) return;
  event.preventDefault();
  const cause = CAUSES[event.detail?.exception?.name] ?? "device";
  notice.querySelectorAll("[data-cause]").forEach((sentence) => {
    sentence.hidden = sentence.dataset.cause !== cause;
  });
  notice.hidden = false;
  notice.focus();
});
