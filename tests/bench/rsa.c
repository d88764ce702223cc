/* What one RSA-2048 signature costs: bench-rsa COUNT prints its CPU time and that of a verification
 * in µs, as JSON. It is what the cost of a delivery is divided by, so it uses OpenSSL as plainly as
 * can be and nothing of the server. */
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* About as long as the text that a delivery's signature covers. */
static const char TEXT[] =
	"(request-target): post /inbox\nhost: 127.10.0.1:11000\ndate: Mon, 01 Jan 2029 00:00:00 GMT\n"
	"digest: SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\ncontent-type: application/activity+json";

static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void must(int result, const char *what)
{
	if (result > 0)
		return;
	fprintf(stderr, "bench-rsa: %s failed\n", what);
	exit(1);
}

static size_t sign(EVP_PKEY *key, unsigned char *out, size_t room)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	must(EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, key), "DigestSignInit");
	must(EVP_DigestSign(c, out, &room, (const unsigned char *)TEXT, sizeof(TEXT) - 1),
		"DigestSign");
	EVP_MD_CTX_free(c);
	return room;
}

static void verify(EVP_PKEY *key, const unsigned char *signature, size_t len)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	must(EVP_DigestVerifyInit(c, NULL, EVP_sha256(), NULL, key), "DigestVerifyInit");
	must(EVP_DigestVerify(c, signature, len, (const unsigned char *)TEXT, sizeof(TEXT) - 1),
		"DigestVerify");
	EVP_MD_CTX_free(c);
}

int main(int argc, char **argv)
{
	int count = argc == 2 ? atoi(argv[1]) : 0;
	unsigned char signature[256];
	double started, signing, verifying;
	EVP_PKEY *key;
	size_t len = 0;

	if (count <= 0) {
		fprintf(stderr, "usage: bench-rsa COUNT\n");
		return 2;
	}
	key = EVP_RSA_gen(2048);
	must(key ? 1 : 0, "RSA_gen");
	for (int i = 0; i < 100; i++) /* the first ones set up what the others share */
		len = sign(key, signature, sizeof(signature));
	started = cpu_us();
	for (int i = 0; i < count; i++)
		len = sign(key, signature, sizeof(signature));
	signing = (cpu_us() - started) / count;
	started = cpu_us();
	for (int i = 0; i < count; i++)
		verify(key, signature, len);
	verifying = (cpu_us() - started) / count;
	printf("{\"signatures\":%d,\"sign_us\":%.2f,\"verify_us\":%.2f}\n", count, signing,
		verifying);
	EVP_PKEY_free(key);
	return 0;
}
