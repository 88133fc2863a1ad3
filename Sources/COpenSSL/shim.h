#pragma once
// The one-call SHA-256 state below is marked deprecated in 3.0 though it stays supported; it needs no allocation.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

// Macros that Swift cannot import.
static inline int copenssl_gcm_set_iv_length(EVP_CIPHER_CTX *c, int n) { return EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN, n, NULL); }
static inline int copenssl_gcm_get_tag(EVP_CIPHER_CTX *c, int n, void *tag) { return EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, n, tag); }
static inline int copenssl_gcm_set_tag(EVP_CIPHER_CTX *c, int n, void *tag) { return EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, n, tag); }
static inline BIO *copenssl_bio_memory(void) { return BIO_new(BIO_s_mem()); }
static inline long copenssl_bio_contents(BIO *b, char **out) { return BIO_get_mem_data(b, out); }
static inline EVP_PKEY *copenssl_generate_p256(void) { return EVP_EC_gen("P-256"); }
static inline EVP_PKEY *copenssl_generate_rsa(unsigned int bits) { return EVP_RSA_gen(bits); }
// Variadic.
static inline EVP_PKEY *copenssl_generate_ed25519(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"); }
// A pass phrase call-back that gives none: without it OpenSSL would ask on the terminal and hang a service.
static inline int copenssl_no_passphrase(char *b, int n, int rw, void *u) { (void)b; (void)n; (void)rw; (void)u; return 0; }
// Typed stacks are macros.
static inline STACK_OF(X509) *copenssl_certificates_new(void) { return sk_X509_new_null(); }
static inline int copenssl_certificates_push(STACK_OF(X509) *s, X509 *c) { return X509_up_ref(c) && sk_X509_push(s, c) > 0; }
static inline void copenssl_certificates_free(STACK_OF(X509) *s) { sk_X509_pop_free(s, X509_free); }
// One line, RFC 2253 order and escapes, but letters beyond ASCII as they are: names are Chinese.
static inline int copenssl_print_name(BIO *b, const X509_NAME *n) { return X509_NAME_print_ex(b, n, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0; }
