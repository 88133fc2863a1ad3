/* Lets a Swift program run under valgrind 3.19 (Debian 12).
 *
 * The main thread of such a program ends in libdispatch, which calls sigsuspend with a mask in read-only memory. Valgrind
 * writes into the mask that it is given, and dies. Preloaded, this gives it a copy. */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int sigsuspend(const sigset_t *mask)
{
    sigset_t copy = *mask;
    /* The kernel's mask has 64 bits. */
    return (int)syscall(SYS_rt_sigsuspend, &copy, 8);
}
