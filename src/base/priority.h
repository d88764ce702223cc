/* How the kernel shares the processor among threads. */
#ifndef CHORSU_BASE_PRIORITY_H
#define CHORSU_BASE_PRIORITY_H

/* The calling thread, and those that it starts from now on: niceness 0 to 19. Without niceness it
 * answers people: it asks for the shortest slices of time, since Linux (6.12 and newer) lets a
 * thread end its slice of 3 ms before one that wakes gets its turn, whatever their niceness, unless
 * that one asks for shorter slices. Older kernels do without. */
void priority_set(int niceness);

#endif
