// Reads packets of HEP, one in hexadecimal per line, and prints what hep-js makes of each.
const hep = require('hep-js');

const lines = require('node:fs').readFileSync(0, 'utf8').split('\n').filter(Boolean);
for (const line of lines) console.log(JSON.stringify(hep.decapsulate(Buffer.from(line, 'hex'))));
