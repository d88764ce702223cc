// Functions that are not used here, and what is used instead.
import {files, lineOf, read, report, scan} from '../lib/lint.mjs';

const STRINGS = 'use the buffers of base/buf.h, which have a maximum, or snprintf';
const NUMBERS = 'use the parsers of base, which refuse junk';
const TIME = 'read the time through base/clock.h, which tests can shift';
const WAIT = 'wait through base/clock.h or on a condition';
const RANDOM = 'use the random bytes of libsodium or base/id.h';
const SHELL = 'use posix_spawn without a shell';

// name(s), what instead, where it is allowed all the same
const RULES = [
	[/strcpy|strcat|stpcpy|strncat|sprintf|vsprintf|gets|strncpy/, STRINGS],
	[/strtok/, 'it keeps state between calls; split with the functions of base/str.h'],
	[/system|popen/, SHELL],
	[/atoi|atol|atoll|atof|sscanf/, NUMBERS],
	[/alloca|strdupa/, 'the stack has no limit that can be reported; use the arena'],
	[/rand|srand|random|srandom|drand48|rand_r/, RANDOM],
	[/time|gettimeofday|clock_gettime|clock/, TIME, /^src\/base\/clock\.c$/],
	[/usleep|sleep|nanosleep|clock_nanosleep/, WAIT, /^src\/base\//],
	[/localtime|gmtime|asctime|ctime|strftime|setlocale|getpwuid|getpwnam|inet_ntoa|gethostbyname/,
		'it answers from memory shared by all threads or depends on the locale; use its _r form or base/clock.h'],
	[/signal/, 'use sigaction or signalfd'],
	[/tmpnam|tempnam|mktemp/, 'use mkstemp or mkdtemp'],
];

// Tests may be as direct as they like, but no test sleeps for a term: they shift the clock.
const IN_TESTS = [
	[/sprintf|vsprintf|gets/, STRINGS],
	[/sleep/, 'shift the clock (base/clock.h), or wait for what is to happen'],
];
const TEST = /_test(ing)?\.c$|_testing\.h$/;

const r = report();
const sources = files(/^src\/.*\.[ch]$/);
for (const path of sources) {
	const text = read(path);
	const {code} = scan(text);
	for (const [names, instead, allowed] of TEST.test(path) ? IN_TESTS : RULES) {
		if (allowed?.test(path))
			continue;
		// A call: not a member (x->time(…)), not a part of a longer name.
		const call = new RegExp(`(?<![\\w.>])(${names.source})\\s*\\(`, 'g');
		for (const m of code.matchAll(call))
			r.fault(path, lineOf(code, m.index), `${m[1]}() is not used here: ${instead}`);
	}
}
r.say(`${sources.length} files`);
r.done();
