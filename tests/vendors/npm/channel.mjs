// Opens an event channel with npm's EventSource, whose `fetch` option can send headers, commands a call on it, and
// prints what it saw as one line of JSON: the opening event, the command's answer, and the events that followed.
// Arguments: base URL, key, command, its body, how many events to wait for, and their names.
import {EventSource} from 'eventsource';

const [base, key, command, body, count, ...names] = process.argv.slice(2);
const headers = {'x-api-key': key, 'content-type': 'application/json'};
const source = new EventSource(`${base}/events`, {
  fetch: (url, init) => fetch(url, {...init, headers: {...init.headers, ...headers}}),
});
const seen = [];
let opening, answer;

function done() {
  if (!answer || seen.length < Number(count)) return;
  source.close();
  clearTimeout(late);
  console.log(JSON.stringify({opening, answer, seen}));
}

source.addEventListener('EVENTO_DE_ABERTURA_DE_CANAL', async (event) => {
  opening = JSON.parse(event.data);
  const asked = await fetch(`${base}/requests/${opening.ID_CANAL}/${command}`, {method: 'POST', headers, body});
  answer = {status: asked.status, body: await asked.json()};
  done();
});
for (const name of names) {
  source.addEventListener(name, (event) => {
    seen.push({name: event.type, data: JSON.parse(event.data)});
    done();
  });
}
source.onerror = (error) => {
  console.error(`the channel failed: ${error.code ?? ''} ${error.message ?? ''}`);
  process.exit(1);
};
const late = setTimeout(() => {
  console.error(`after 20 seconds there were ${seen.length} events: ${JSON.stringify(seen)}`);
  process.exit(1);
}, 20_000);
