#pragma once
// libcurl checks option types by macro for C callers; the wrappers below pass the option as a variable.
#define CURL_DISABLE_TYPECHECK 1
#include <curl/curl.h>

// Swift cannot call C functions with variable arguments: one typed wrapper per kind of argument.
static inline CURLcode ccurl_set_long(CURL *h, CURLoption o, long v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode ccurl_set_size(CURL *h, CURLoption o, curl_off_t v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode ccurl_set_string(CURL *h, CURLoption o, const char *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode ccurl_set_pointer(CURL *h, CURLoption o, void *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode ccurl_set_list(CURL *h, CURLoption o, struct curl_slist *v) { return curl_easy_setopt(h, o, v); }

typedef size_t (*ccurl_transfer_call)(char *bytes, size_t size, size_t count, void *owner);
typedef int (*ccurl_seek_call)(void *owner, curl_off_t offset, int origin);
typedef int (*ccurl_debug_call)(CURL *h, curl_infotype kind, char *bytes, size_t count, void *owner);
typedef int (*ccurl_progress_call)(void *owner, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

typedef curl_socket_t (*ccurl_socket_call)(void *owner, curlsocktype purpose, struct curl_sockaddr *address);
typedef int (*ccurl_peer_call)(void *owner, char *peer, char *own, int peer_port, int own_port);

// Read, write and header call-backs share one shape.
static inline CURLcode ccurl_set_transfer_call(CURL *h, CURLoption o, ccurl_transfer_call f) { return curl_easy_setopt(h, o, f); }
static inline CURLcode ccurl_set_seek_call(CURL *h, ccurl_seek_call f) { return curl_easy_setopt(h, CURLOPT_SEEKFUNCTION, f); }
static inline CURLcode ccurl_set_debug_call(CURL *h, ccurl_debug_call f) { return curl_easy_setopt(h, CURLOPT_DEBUGFUNCTION, f); }
static inline CURLcode ccurl_set_progress_call(CURL *h, ccurl_progress_call f) { return curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, f); }

static inline CURLcode ccurl_set_socket_call(CURL *h, ccurl_socket_call f) { return curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, f); }
static inline CURLcode ccurl_set_peer_call(CURL *h, ccurl_peer_call f) { return curl_easy_setopt(h, CURLOPT_PREREQFUNCTION, f); }
// A macro with a cast, which Swift does not import.
static inline curl_socket_t ccurl_no_socket(void) { return CURL_SOCKET_BAD; }

static inline CURLcode ccurl_get_long(CURL *h, CURLINFO i, long *v) { return curl_easy_getinfo(h, i, v); }
static inline CURLcode ccurl_get_size(CURL *h, CURLINFO i, curl_off_t *v) { return curl_easy_getinfo(h, i, v); }
static inline CURLcode ccurl_get_string(CURL *h, CURLINFO i, char **v) { return curl_easy_getinfo(h, i, v); }
static inline CURLcode ccurl_get_socket(CURL *h, curl_socket_t *v) { return curl_easy_getinfo(h, CURLINFO_ACTIVESOCKET, v); }
static inline CURLcode ccurl_get_certificates(CURL *h, struct curl_certinfo **v) { return curl_easy_getinfo(h, CURLINFO_CERTINFO, v); }

static inline CURLMcode ccurl_multi_set_long(CURLM *m, CURLMoption o, long v) { return curl_multi_setopt(m, o, v); }

// A CURLMsg keeps its result in a union, and CURL_READFUNC_ABORT and CURL_GLOBAL_DEFAULT are macros.
static inline CURLcode ccurl_message_result(const CURLMsg *m) { return m->data.result; }
static inline size_t ccurl_read_abort(void) { return CURL_READFUNC_ABORT; }
static inline CURLcode ccurl_start(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

// prctl takes variable arguments; the name shows in top -H and in a debugger.
#include <sys/prctl.h>
static inline void ccurl_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

// Swift does not see the flags of eventfd.
#include <sys/eventfd.h>
static inline int ccurl_event(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
