/* SPDX-License-Identifier: BSD-2-Clause */
/* The public header is C++, too, and its functions link. */
#include "opine.h"

#include <string>

int main()
{
    opine_config config;

    opine_config_init(&config);
    return std::string(opine_version()).empty();
}
