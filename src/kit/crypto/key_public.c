/* Reading public keys, hostile input: an armour, then strict DER of the few forms that are taken.
 * Only numbers in range ever reach OpenSSL, so no other key type's code can be reached from
 * outside. */
#include <sodium.h>
#include <string.h>

#include "kit/crypto/key_read.h"
#include "kit/crypto/pem.h"

static const unsigned char ALGORITHM_RSA[] = {
	0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
static const unsigned char ALGORITHM_ED25519[] = {0x06, 0x03, 0x2b, 0x65, 0x70};

/* Types that people try, so that the refusal can name them. */
static const struct {
	unsigned char oid[9];
	unsigned char len;
	const char *name;
} others[] = {
	{{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01}, 7, "an elliptic curve (EC) key"},
	{{0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01}, 7, "a DSA key"},
	{{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a}, 9, "a key for RSA-PSS alone"},
	{{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x03, 0x01}, 9, "a Diffie-Hellman key"},
	{{0x2b, 0x65, 0x6e}, 3, "an X25519 key"},
	{{0x2b, 0x65, 0x6f}, 3, "an X448 key"},
	{{0x2b, 0x65, 0x71}, 3, "an Ed448 key"},
};

int key_refuse_form(struct err *err, const char *what)
{
	return err_set(err, ERR_INVALID, "the key is damaged: its DER is not %s", what);
}

int key_read_algorithm(struct der algorithm, struct err *err, enum key_kind *ret)
{
	const char *name = "a key of an unknown type";
	struct der oid;

	if (der_is(&algorithm, ALGORITHM_RSA, sizeof(ALGORITHM_RSA))) {
		*ret = KEY_RSA;
		return 0;
	}
	if (der_is(&algorithm, ALGORITHM_ED25519, sizeof(ALGORITHM_ED25519))) {
		*ret = KEY_ED25519;
		return 0;
	}
	if (!der_take(&algorithm, DER_OID, &oid))
		return key_refuse_form(err, "a key with an algorithm");
	for (size_t i = 0; i < LENGTH(others); i++)
		if (der_is(&oid, others[i].oid, others[i].len))
			name = others[i].name;
	return err_set(err, ERR_INVALID,
		"this is %s: only RSA (2048 to 4096 bits) and Ed25519 are taken", name);
}

/* RSAPublicKey (RFC 8017 A.1.1), all of d. */
static int read_rsa_public(struct der d, struct err *err, struct key **ret)
{
	struct der sequence, numbers[2];

	if (!der_take(&d, DER_SEQUENCE, &sequence) || d.left > 0 ||
		!der_take_unsigned(&sequence, &numbers[RSA_N]) ||
		!der_take_unsigned(&sequence, &numbers[RSA_E]) || sequence.left > 0)
		return key_refuse_form(err, "an RSA public key");
	return rsa_make(numbers, LENGTH(numbers), err, ret);
}

static int read_ed25519_public(struct der point, struct err *err, struct key **ret)
{
	struct key *k;

	if (point.left != 32 || !crypto_core_ed25519_is_valid_point(point.p))
		return err_set(err, ERR_INVALID,
			"the Ed25519 key is not a point of the curve's main group");
	k = key_new(KEY_ED25519);
	if (!k)
		return err_set(err, ERR_MEMORY, "no memory for a key");
	memcpy(ED25519_PUBLIC(k), point.p, 32);
	*ret = k;
	return 0;
}

/* SubjectPublicKeyInfo (RFC 5280 4.1). */
static int read_spki(struct der d, struct err *err, struct key **ret)
{
	struct der sequence, algorithm, bits;
	enum key_kind kind = KEY_RSA;
	int rc;

	if (!der_take(&d, DER_SEQUENCE, &sequence) || d.left > 0 ||
		!der_take(&sequence, DER_SEQUENCE, &algorithm) ||
		!der_take_bits(&sequence, &bits) || sequence.left > 0)
		return key_refuse_form(err, "a public key (SubjectPublicKeyInfo)");
	rc = key_read_algorithm(algorithm, err, &kind);
	if (rc < 0)
		return rc;
	return kind == KEY_RSA ? read_rsa_public(bits, err, ret)
			       : read_ed25519_public(bits, err, ret);
}

int key_from_public_pem(const char *pem, size_t len, struct err *err, struct key **ret)
{
	struct pem in;
	struct key *k = NULL;
	struct der d;
	int rc = pem_open(pem, len, err, &in);

	if (rc < 0)
		goto out;
	d = (struct der){.p = in.bytes, .left = in.len};
	if (strcmp(in.label, "PUBLIC KEY") == 0)
		rc = read_spki(d, err, &k);
	else if (strcmp(in.label, "RSA PUBLIC KEY") == 0)
		rc = read_rsa_public(d, err, &k);
	else if (strstr(in.label, "PRIVATE KEY"))
		rc = err_set(err, ERR_INVALID,
			"this is a private key: give the public one (openssl pkey -pubout), and "
			"make a new pair "
			"if this one has left its owner");
	else
		rc = err_set(err, ERR_INVALID,
			"the PEM holds a \"%s\": it must be a \"PUBLIC KEY\"", in.label);
	if (rc == 0)
		*ret = k;
out:
	sodium_memzero(&in, sizeof(in));
	return rc;
}
