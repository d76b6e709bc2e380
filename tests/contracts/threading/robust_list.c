// SPDX-License-Identifier: GPL-2.0-or-later
/* A robust mutex whose owner dies tells the next one, in a process and between processes. */
#include "contract.h"

#include <pthread.h>

static pthread_mutex_t *m;

static void *dies(void *arg)
{
    (void)arg;
    pthread_mutex_lock(m);
    return NULL;
}

int main(void)
{
    pthread_mutexattr_t ma;
    pthread_t t;
    void *head = NULL;
    size_t len = 0;

    m = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_init(&ma);
    pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
    R(pthread_mutexattr_setrobust(&ma, PTHREAD_MUTEX_ROBUST));
    R(pthread_mutex_init(m, &ma));
    pthread_create(&t, NULL, dies, NULL);
    pthread_join(t, NULL);
    SAY("%s", errno_name(pthread_mutex_lock(m)));
    R(pthread_mutex_consistent(m));
    R(pthread_mutex_unlock(m));
    CHILD(pthread_mutex_lock(m); raise(SIGKILL));
    SAY("%s", errno_name(pthread_mutex_lock(m)));
    R(pthread_mutex_unlock(m));
    SAY("%s", errno_name(pthread_mutex_lock(m)));
    R(syscall(SYS_get_robust_list, 0, &head, &len));
    V(head != NULL);
    V(len);
    R(syscall(SYS_set_robust_list, head, 8));
    R(syscall(SYS_set_robust_list, head, 24));
    R(syscall(SYS_get_robust_list, 99999, &head, &len));
    R(syscall(SYS_get_robust_list, 0, (void *)8, &len));
    return verdict();
}
