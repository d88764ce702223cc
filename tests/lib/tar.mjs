// Archives as `chorsu backup` writes them, taken apart and put together again, so that tests can spoil them.
//
//   const list = unpack(file)            [{name, body, …}] in their order, without SHA256SUMS
//   pack(file, list)                     written with the sums of what is there; {sums: false} without, {sums: text} with others
// An entry may also have type ('0' plain, '1' hard link, '2' link, '5' folder, …), link, size (that the header tells).
import {createHash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {gunzipSync, gzipSync} from 'node:zlib';

const BLOCK = 512, SUMS = 'SHA256SUMS';
const text = (bytes) => bytes.toString('latin1').replace(/\0.*$/s, '');
const padded = (bytes) => Buffer.concat([bytes, Buffer.alloc((BLOCK - bytes.length % BLOCK) % BLOCK)]);

export function unpack(file) {
	const tar = gunzipSync(readFileSync(file));
	const list = [];
	let long = {};
	for (let at = 0; tar[at];) {
		const head = tar.subarray(at, at + BLOCK);
		const size = parseInt(text(head.subarray(124, 136)), 8);
		const body = tar.subarray(at + BLOCK, at + BLOCK + size);
		const type = String.fromCharCode(head[156]);
		at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
		if (type === 'x') {
			for (const [, key, value] of body.toString().matchAll(/\d+ (\w+)=(.*)\n/g))
				long[key] = value;
			continue;
		}
		const prefix = text(head.subarray(345, 500));
		list.push({name: long.path ?? (prefix && `${prefix}/`) + text(head.subarray(0, 100)), body: Buffer.from(body)});
		long = {};
	}
	return list.filter((m) => m.name !== SUMS);
}

function header({name, body, type = '0', link = '', size = body.length}) {
	const head = Buffer.alloc(BLOCK);
	head.write(name, 0, 100, 'latin1');
	head.write('0000600\0' + '0000000\0'.repeat(2), 100);
	// Over 8 GiB in base 256, as GNU tar does.
	if (size < 8 ** 11)
		head.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
	else
		head.writeBigUInt64BE(BigInt(size), 128), head[124] = 0x80;
	head.write('00000000000\0        ', 136);
	head.write(type, 156);
	head.write(link, 157, 100, 'latin1');
	head.write('ustar\x0000', 257);
	head.write(`${head.reduce((a, b) => a + b, 0).toString(8).padStart(6, '0')}\0 `, 148);
	return head;
}

export function sumsOf(list) {
	return list.map((m) => `${createHash('sha256').update(m.body).digest('hex')}  ${m.name}\n`).join('');
}

export function pack(file, list, {sums = sumsOf(list), after = []} = {}) {
	const all = [...list, ...(sums === false ? [] : [{name: SUMS, body: Buffer.from(sums)}]), ...after];
	const parts = all.flatMap((m) => [header({...m, body: Buffer.from(m.body)}), padded(Buffer.from(m.body))]);
	writeFileSync(file, gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)])));
	return file;
}
