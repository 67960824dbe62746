// Asks the worker, and shows the passages.

const form = document.querySelector('form');
const state = document.getElementById('state');
const list = document.getElementById('hits');

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  state.textContent = 'Searching…';
  const answer = await fetch(`/search?${new URLSearchParams(new FormData(form))}`);
  const found = await answer.json();
  state.textContent = answer.ok ? `${found.length} passages` : found.error;
  list.replaceChildren(...(answer.ok ? found.map(itemOf) : []));
});

function itemOf({ score, page, heading, text }) {
  const item = document.createElement('li');
  const source = document.createElement('small');
  source.textContent = `${page} · ${heading} · ${score.toFixed(2)}`;
  const passage = document.createElement('p');
  passage.textContent = text;
  item.append(source, passage);
  return item;
}
