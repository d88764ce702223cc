# Manual pages, which the program itself writes, and where everything goes: `cmake --install build`. Configure with
# -DCMAKE_INSTALL_PREFIX=/usr for a package; the default is /usr/local.
include(GNUInstallDirs)
set(CHORSU_MAN ${CMAKE_BINARY_DIR}/man)

function(manual_page file word)
	add_custom_command(OUTPUT ${CHORSU_MAN}/${file}
		COMMAND ${CMAKE_COMMAND} -E make_directory ${CHORSU_MAN}
		COMMAND chorsu help ${word} > ${CHORSU_MAN}/${file}
		DEPENDS chorsu VERBATIM)
endfunction()
manual_page(chorsu.1 --man)
manual_page(chorsu.conf.5 --man-settings)
if(CHORSU_SANITIZE)
	add_custom_target(man DEPENDS ${CHORSU_MAN}/chorsu.1 ${CHORSU_MAN}/chorsu.conf.5)
else()
	add_custom_target(man ALL DEPENDS ${CHORSU_MAN}/chorsu.1 ${CHORSU_MAN}/chorsu.conf.5)
endif()

# The unit names the program by its full path.
set(CHORSU_PROGRAM ${CMAKE_INSTALL_FULL_BINDIR}/chorsu)
configure_file(packaging/chorsu.service ${CMAKE_BINARY_DIR}/chorsu.service @ONLY)

install(TARGETS chorsu chorsu-media RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${CHORSU_MAN}/chorsu.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${CHORSU_MAN}/chorsu.conf.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES packaging/chorsu.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME chorsu)
install(FILES ${CMAKE_BINARY_DIR}/chorsu.service DESTINATION lib/systemd/system)
install(FILES packaging/chorsu.sysusers DESTINATION lib/sysusers.d RENAME chorsu.conf)
install(FILES packaging/nginx.conf packaging/Caddyfile docs/install.md docs/limits.md README.md LICENSE
	DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/chorsu)
