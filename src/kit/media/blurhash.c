/* The encoder. Linked into chorsu-media; the parent uses the check alone. */
#include "kit/media/blurhash.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define COMPONENTS (BLURHASH_ACROSS * BLURHASH_DOWN)

static const char DIGITS[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			     "#$%*+,-.:;=?@[]^_{|}~";

struct colour {
	double r, g, b;
};

static double to_linear(double byte)
{
	double v = byte / 255;

	return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static int to_byte(double linear)
{
	double v = fmin(fmax(linear, 0), 1);

	v = v <= 0.0031308 ? v * 12.92 : 1.055 * pow(v, 1 / 2.4) - 0.055;
	return (int)(v * 255 + 0.5);
}

static char *put_digits(char *out, int value, int digits)
{
	for (int i = digits - 1; i >= 0; i--) {
		out[i] = DIGITS[value % 83];
		value /= 83;
	}
	return out + digits;
}

/* The share of one cosine in the picture. */
static struct colour component(
	const uint8_t *rgb, int width, int height, int across, int down, const double *linear)
{
	struct colour sum = {0};
	double scale = (across || down ? 2.0 : 1.0) / (width * height);

	for (int y = 0; y < height; y++) {
		double vertical = cos(M_PI * down * y / height);

		for (int x = 0; x < width; x++, rgb += 3) {
			double basis = vertical * cos(M_PI * across * x / width);

			sum.r += basis * linear[rgb[0]];
			sum.g += basis * linear[rgb[1]];
			sum.b += basis * linear[rgb[2]];
		}
	}
	return (struct colour){sum.r * scale, sum.g * scale, sum.b * scale};
}

static int quantise(double value, double most)
{
	double share = value / most;
	double root = copysign(sqrt(fabs(share)), share);

	return (int)fmin(fmax(floor(root * 9 + 9.5), 0), 18);
}

static double largest(const struct colour *c, int count)
{
	double most = 0;

	for (int i = 0; i < count; i++)
		most = fmax(most, fmax(fabs(c[i].r), fmax(fabs(c[i].g), fabs(c[i].b))));
	return most;
}

void blurhash_encode(const uint8_t *rgb, int width, int height, char *out)
{
	struct colour c[COMPONENTS];
	double linear[256], most;
	int steps;

	assert(width > 0 && width <= BLURHASH_SIDE_MAX && height > 0 &&
		height <= BLURHASH_SIDE_MAX);
	for (int i = 0; i < 256; i++)
		linear[i] = to_linear(i);
	for (int i = 0; i < COMPONENTS; i++)
		c[i] = component(
			rgb, width, height, i % BLURHASH_ACROSS, i / BLURHASH_ACROSS, linear);
	steps = (int)fmin(fmax(floor(largest(c + 1, COMPONENTS - 1) * 166 - 0.5), 0), 82);
	most = (steps + 1) / 166.0;
	out = put_digits(out, BLURHASH_ACROSS - 1 + (BLURHASH_DOWN - 1) * 9, 1);
	out = put_digits(out, steps, 1);
	out = put_digits(out, to_byte(c[0].r) << 16 | to_byte(c[0].g) << 8 | to_byte(c[0].b), 4);
	for (int i = 1; i < COMPONENTS; i++)
		out = put_digits(out,
			quantise(c[i].r, most) * 19 * 19 + quantise(c[i].g, most) * 19 +
				quantise(c[i].b, most),
			2);
	*out = '\0';
}

/* Digits' value, or -1. */
static int value_of(const char *text, int digits)
{
	int value = 0;

	for (int i = 0; i < digits; i++) {
		const char *at = text[i] ? strchr(DIGITS, text[i]) : NULL;

		if (!at)
			return -1;
		value = value * 83 + (int)(at - DIGITS);
	}
	return value;
}

bool blurhash_valid(const char *text)
{
	int colour;

	if (value_of(text, 1) != BLURHASH_ACROSS - 1 + (BLURHASH_DOWN - 1) * 9 ||
		value_of(text + 1, 1) < 0)
		return false;
	colour = value_of(text + 2, 4);
	if (colour < 0 || colour > 0xFFFFFF)
		return false;
	for (int i = 6; i < MEDIA_BLURHASH_LEN; i += 2) {
		int value = value_of(text + i, 2);

		if (value < 0 || value >= 19 * 19 * 19)
			return false;
	}
	return true;
}
