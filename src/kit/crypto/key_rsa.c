/* From the numbers of an RSA key to a key, when they are in range. Reading them is in key_public.c
 * and key_private.c. */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include "kit/crypto/key_read.h"

static const char *const params_of[RSA_NUMBERS] = {OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E,
	OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2,
	OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2,
	OSSL_PKEY_PARAM_RSA_COEFFICIENT1};

/* Bits of an unsigned integer as der_take_unsigned gives it. */
static size_t bits_of(const struct der *n)
{
	return n->p[0] ? n->left * 8 - (size_t)__builtin_clz(n->p[0]) + 24 : 0;
}

/* Is this a modulus and an exponent that one may compute with? */
static int check(struct err *err, const struct der *n, const struct der *e)
{
	size_t bits = bits_of(n);

	if (bits < RSA_BITS || bits > RSA_BITS_MAX)
		return err_set(err, ERR_INVALID,
			"the RSA key has %zu bits: only %d to %d are taken", bits, RSA_BITS,
			RSA_BITS_MAX);
	if (!(n->p[n->left - 1] & 1))
		return err_set(err, ERR_INVALID, "the RSA key's modulus is even: it is not a key");
	if (e->left > 4)
		return err_set(err, ERR_INVALID,
			"the RSA key's exponent has %zu bits: at most 32 are taken", bits_of(e));
	if (!(e->p[e->left - 1] & 1) || (e->left == 1 && e->p[0] < 3))
		return err_set(err, ERR_INVALID,
			"the RSA key's exponent is even or below 3: 65537 is the usual one");
	return 0;
}

/* Hand numbers to OpenSSL. NULL when it has no memory or does not take them. */
static EVP_PKEY *build(const struct der *numbers, size_t count)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	int selection = count == RSA_NUMBERS ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
	BIGNUM *bn[RSA_NUMBERS] = {NULL};
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;

	if (!bld || !ctx || EVP_PKEY_fromdata_init(ctx) != 1)
		goto out;
	for (size_t i = 0; i < count; i++) {
		bn[i] = i < RSA_D ? BN_new()
				  : BN_secure_new(); /* wiped wherever OpenSSL copies it */
		if (!bn[i] || !BN_bin2bn(numbers[i].p, (int)numbers[i].left, bn[i]) ||
			OSSL_PARAM_BLD_push_BN(bld, params_of[i], bn[i]) != 1)
			goto out;
	}
	params = OSSL_PARAM_BLD_to_param(bld);
	if (!params || EVP_PKEY_fromdata(ctx, &pkey, selection, params) != 1)
		pkey = NULL;
out:
	if (!pkey)
		ERR_clear_error();
	OSSL_PARAM_free(params);
	for (size_t i = 0; i < count; i++)
		BN_clear_free(bn[i]);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_BLD_free(bld);
	return pkey;
}

int rsa_make(const struct der *numbers, size_t count, struct err *err, struct key **ret)
{
	EVP_PKEY *pkey;
	int rc = check(err, &numbers[RSA_N], &numbers[RSA_E]);

	if (rc < 0)
		return rc;
	pkey = build(numbers, count);
	if (!pkey)
		return err_set(
			err, ERR_INVALID, "the RSA key was refused by OpenSSL: make a new one");
	*ret = key_new_rsa(pkey, count == RSA_NUMBERS);
	return *ret ? 0 : err_set(err, ERR_MEMORY, "no memory for a key");
}
