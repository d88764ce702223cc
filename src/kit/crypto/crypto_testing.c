/* What the tests of this folder share. Nothing of it is part of the product. */
#include "kit/crypto/crypto_testing.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/str.h"

static char directory[64];

struct key *testing_key(enum key_kind kind)
{
	struct err err = {0};
	struct key *k = NULL;

	if (key_generate(kind, &err, &k) < 0) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	return k;
}

static char *text_of(BIO *bio)
{
	char *p;
	long len = BIO_get_mem_data(bio, &p);
	char *out = strndup(p, (size_t)len);

	assert(out && len > 0);
	BIO_free(bio);
	return out;
}

char *testing_public_pem(EVP_PKEY *pkey)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert(pkey && PEM_write_bio_PUBKEY(bio, pkey) == 1);
	return text_of(bio);
}

char *testing_private_pem(EVP_PKEY *pkey, const EVP_CIPHER *cipher)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert(pkey &&
		PEM_write_bio_PKCS8PrivateKey(bio, pkey, cipher, "pass", 4, NULL, NULL) == 1);
	return text_of(bio);
}

char *testing_armour(const char *label, const void *der, size_t len)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert(PEM_write_bio(bio, label, "", der, (long)len) > 0);
	return text_of(bio);
}

size_t testing_dearmour(const char *pem, unsigned char *out, size_t size)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	char *name, *header;
	unsigned char *der;
	long len;

	assert(PEM_read_bio(bio, &name, &header, &der, &len) == 1 && (size_t)len <= size);
	memcpy(out, der, (size_t)len);
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(der);
	BIO_free(bio);
	return (size_t)len;
}

EVP_PKEY *testing_rsa(int bits, const char *exponent_hex, bool even)
{
	BIGNUM *n = BN_new(), *e = NULL;
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM *params;

	BN_rand(n, bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
	if (even)
		BN_clear_bit(n, 0);
	BN_hex2bn(&e, exponent_hex);
	OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n);
	OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e);
	params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY_fromdata_init(ctx);
	EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params);
	assert(pkey);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	BN_free(n);
	BN_free(e);
	return pkey;
}

void testing_directory(void)
{
	strcpy(directory, "/tmp/chorsu-test-XXXXXX");
	if (!mkdtemp(directory))
		abort();
}

void testing_directory_remove(void)
{
	assert(testing_run("rm -f ./*") == 0);
	rmdir(directory);
}

const char *testing_path(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

void testing_write(const char *name, const void *p, size_t len)
{
	FILE *f = fopen(testing_path(name), "w");

	if (!f || fwrite(p, 1, len, f) != len || fclose(f) != 0)
		abort();
}

size_t testing_read(const char *name, void *out, size_t size)
{
	FILE *f = fopen(testing_path(name), "r");
	size_t n;

	if (!f)
		abort();
	n = fread(out, 1, size, f);
	fclose(f);
	return n;
}

int testing_run(const char *command)
{
	char line[512];
	char *argv[] = {"sh", "-c", line, NULL};
	pid_t pid;
	int status;

	snprintf(line, sizeof(line), "cd %s && { %s; } >/dev/null 2>&1", directory, command);
	if (posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ) != 0 ||
		waitpid(pid, &status, 0) != pid)
		abort();
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void testing_request_set(struct testing_request *r, const char *name, const char *value)
{
	size_t i = 0, last = 0;

	while (r->headers[i][0] && !str_eq(r->headers[i][0], name))
		i++;
	while (r->headers[last][0])
		last++;
	assert(last < LENGTH(r->headers) - 1);
	if (value) {
		r->headers[i][0] = name;
		r->headers[i][1] = value;
	} else if (r->headers[i][0]) {
		memcpy(r->headers[i], r->headers[last - 1], sizeof(r->headers[i]));
		memset(r->headers[last - 1], 0, sizeof(r->headers[i]));
	}
}

void testing_request_init(
	struct testing_request *r, const char *method, const char *target, const char *body)
{
	static char date[32], digest[64];

	*r = (struct testing_request){
		.method = method, .target = target, .body = body, .now = TESTING_NOW};
	clock_http_date(TESTING_NOW, date);
	testing_request_set(r, "host", "pages.example");
	testing_request_set(r, "date", date);
	if (!body)
		return;
	digest_header(body, strlen(body), digest);
	testing_request_set(r, "digest", digest);
	testing_request_set(r, "content-type", "application/activity+json");
}

static const char *header_of(const void *arg, const char *name)
{
	const struct testing_request *r = arg;

	for (size_t i = 0; r->headers[i][0]; i++)
		if (str_eq(r->headers[i][0], name))
			return r->headers[i][1];
	return NULL;
}

struct httpsig_request testing_request_view(const struct testing_request *r)
{
	static const char *const hosts[] = {"localhost:8080", "pages.example", NULL};

	return (struct httpsig_request){.method = r->method,
		.target = r->target,
		.hosts = hosts,
		.header_of = header_of,
		.arg = r,
		.body = r->body,
		.body_len = r->body ? strlen(r->body) : 0,
		.now = r->now};
}

const char *testing_text(struct arena *a, const struct testing_request *r, const char *covered,
	int64_t created, int64_t expires)
{
	char *names = arena_strdup(a, covered), *save = NULL;
	const char *text = "";

	for (char *name = strtok_r(names, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
		const char *value = header_of(r, name);

		if (str_eq(name, "(request-target)"))
			value = arena_printf(a, "%s %s",
				str_eq_nocase(r->method, "post") ? "post" : r->method, r->target);
		else if (str_eq(name, "(created)"))
			value = arena_printf(a, "%lld", (long long)created);
		else if (str_eq(name, "(expires)"))
			value = arena_printf(a, "%lld", (long long)expires);
		text = arena_printf(
			a, "%s%s%s: %s", text, *text ? "\n" : "", name, value ? value : "");
	}
	return text;
}
