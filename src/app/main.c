/* The program's entry; everything is in cli.c and what it calls. */
#include "app/app.h"

int main(int argc, char **argv)
{
	return cli_main(argc, (const char **)argv);
}
