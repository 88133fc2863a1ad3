#pragma once
// What glibc has beyond the C standard; Swift's own Glibc module leaves it out.
#include <malloc.h>
