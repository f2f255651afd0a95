# SPDX-License-Identifier: BSD-2-Clause
#
# The page of cli/html/ as arrays in a source: what stands before its data, and
# behind. Strings would be longer than C promises to take.

# opine_embed_page(FOLDER SOURCE)
function(opine_embed_page folder source)
    foreach(part page.html page.css page.js charts.js)
        file(READ ${folder}/${part} "${part}")
        set_property(DIRECTORY APPEND PROPERTY
            CMAKE_CONFIGURE_DEPENDS ${folder}/${part})
    endforeach()
    string(REPLACE "@STYLE@" "${page.css}" page "${page.html}")
    string(REPLACE "@SCRIPT@" "${charts.js}${page.js}" page "${page}")
    string(FIND "${page}" "@DATA@" at)
    math(EXPR behind "${at} + 6")
    string(SUBSTRING "${page}" 0 ${at} head)
    string(SUBSTRING "${page}" ${behind} -1 tail)

    set(text "#include <stddef.h>\n")
    foreach(part head tail)
        string(HEX "${${part}}" hex)
        string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
        string(APPEND text
            "extern const unsigned char page_${part}[];\n"
            "extern const size_t page_${part}_size;\n"
            "const unsigned char page_${part}[] = { ${bytes} };\n"
            "const size_t page_${part}_size = sizeof page_${part};\n")
    endforeach()
    file(CONFIGURE OUTPUT ${source} CONTENT "${text}" @ONLY)
endfunction()
