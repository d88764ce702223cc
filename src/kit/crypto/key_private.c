/* Reading private keys: PKCS#8 as key_private_pem writes it. */
#include <sodium.h>
#include <string.h>

#include "kit/crypto/key_read.h"
#include "kit/crypto/pem.h"

/* RSAPrivateKey of two primes (RFC 8017 A.1.2), all of d. */
static int read_rsa_private(struct der d, struct err *err, struct key **ret)
{
	struct der sequence, numbers[RSA_NUMBERS];

	if (!der_take(&d, DER_SEQUENCE, &sequence) || d.left > 0 || !der_take_small(&sequence, 0))
		return key_refuse_form(err, "an RSA private key");
	for (size_t i = 0; i < RSA_NUMBERS; i++)
		if (!der_take_unsigned(&sequence, &numbers[i]))
			return key_refuse_form(err, "an RSA private key");
	if (sequence.left > 0)
		return key_refuse_form(err, "an RSA private key");
	return rsa_make(numbers, LENGTH(numbers), err, ret);
}

/* CurvePrivateKey (RFC 8410 section 7), all of d. */
static int read_ed25519_private(struct der d, struct err *err, struct key **ret)
{
	struct der seed;
	struct key *k;

	if (!der_take(&d, DER_OCTET_STRING, &seed) || d.left > 0 || seed.left != 32)
		return key_refuse_form(err, "an Ed25519 private key");
	k = key_new(KEY_ED25519);
	if (!k)
		return err_set(err, ERR_MEMORY, "no memory for a key");
	crypto_sign_seed_keypair(ED25519_PUBLIC(k), k->ed25519, seed.p);
	k->secret = true;
	*ret = k;
	return 0;
}

/* PrivateKeyInfo (RFC 5208), all of d. */
static int read_pkcs8(struct der d, struct err *err, struct key **ret)
{
	struct der sequence, algorithm, inner;
	enum key_kind kind = KEY_RSA;
	int rc;

	if (!der_take(&d, DER_SEQUENCE, &sequence) || d.left > 0 || !der_take_small(&sequence, 0) ||
		!der_take(&sequence, DER_SEQUENCE, &algorithm) ||
		!der_take(&sequence, DER_OCTET_STRING, &inner) || sequence.left > 0)
		return key_refuse_form(err, "a private key (PKCS#8)");
	rc = key_read_algorithm(algorithm, err, &kind);
	if (rc < 0)
		return rc;
	return kind == KEY_RSA ? read_rsa_private(inner, err, ret)
			       : read_ed25519_private(inner, err, ret);
}

/* Do its parts belong together? What it signs must verify; found now and not when a peer refuses.
 */
static int try_out(const struct key *k, struct err *err)
{
	static const char TEXT[] = "chorsu";
	unsigned char sig[KEY_SIGNATURE_MAX];
	size_t len;

	if (key_sign(k, TEXT, sizeof(TEXT), sig, &len) == 0 &&
		key_verify(k, TEXT, sizeof(TEXT), sig, len))
		return 0;
	return err_set(err, ERR_INVALID,
		"the private key does not fit its own public part: it is damaged");
}

int key_from_private_pem(const char *pem, size_t len, struct err *err, struct key **ret)
{
	struct pem in;
	struct key *k = NULL;
	int rc = pem_open(pem, len, err, &in);

	if (rc < 0)
		goto out;
	if (strcmp(in.label, "PRIVATE KEY") == 0)
		rc = read_pkcs8((struct der){.p = in.bytes, .left = in.len}, err, &k);
	else if (strcmp(in.label, "ENCRYPTED PRIVATE KEY") == 0)
		rc = err_set(err, ERR_INVALID,
			"the private key is encrypted: decrypt it first (openssl pkey -in FILE)");
	else if (strstr(in.label, "PRIVATE KEY"))
		rc = err_set(err, ERR_INVALID,
			"the PEM holds a \"%s\": write it as PKCS#8 (openssl pkcs8 -topk8 "
			"-nocrypt)",
			in.label);
	else
		rc = err_set(err, ERR_INVALID,
			"the PEM holds a \"%s\": it must be a \"PRIVATE KEY\"", in.label);
	if (rc == 0)
		rc = try_out(k, err);
	if (rc == 0)
		*ret = k;
	else
		key_free(k);
out:
	sodium_memzero(&in, sizeof(in));
	return rc;
}
