// Asks the device for the key that the page's form is about, then sends the form with its answer.
const form = document.querySelector("form[data-passkey]");
const asked = JSON.parse(form.dataset.passkey);
const key = window.PublicKeyCredential;
const make = form.dataset.does === "keep";
const trouble = document.getElementById("trouble");
async function ask() {
  try {
    trouble.hidden = true;
    const publicKey = make ? key.parseCreationOptionsFromJSON(asked) : key.parseRequestOptionsFromJSON(asked);
    const answer = await (make ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey }));
    form.elements.credential.value = JSON.stringify(answer.toJSON());
    form.submit();
  } catch {
    trouble.hidden = false;
  }
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
ask();
