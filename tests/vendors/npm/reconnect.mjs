// Opens an event channel with npm's EventSource and lets it reconnect by itself, as it does. Prints a line of JSON for
// each thing that happens: ["opening", id], ["event", name], ["error", "the connection"].
// Arguments: base URL, key, the opening event's name, and the names of the others.
import {EventSource} from 'eventsource';

const [base, key, opening, ...names] = process.argv.slice(2);
const print = (...what) => console.log(JSON.stringify(what));
const source = new EventSource(`${base}/events`, {
  fetch: (url, init) => fetch(url, {...init, headers: {...init.headers, 'x-api-key': key}}),
});

source.addEventListener(opening, (event) => print('opening', JSON.parse(event.data).ID_CANAL));
for (const name of names) {
  source.addEventListener(name, (event) => print('event', event.type));
}
source.onerror = () => print('error', 'the connection');
setTimeout(() => process.exit(1), 30_000);
