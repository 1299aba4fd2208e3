# repgate. `make` builds, `make demo` shows the main job on this machine,
# `make test` proves it. Everything built goes under build/.

CC      = gcc
prefix  = /usr/local
sbindir = $(prefix)/sbin
mandir  = $(prefix)/share/man
sysconf = /etc/repgate

# A variant of the build has a directory and sanitizers of its own.
B   = build
SAN =
OPT = -O2

LIBS = libcares libconfig libevent_core libssl libcrypto jansson libpcre2-8 \
       libpsl sqlite3 zlib

# Readiness, watchdog and sockets of systemd, where its library is there;
# "make SYSTEMD=" builds without.
SYSTEMD := $(shell pkg-config --exists libsystemd && echo libsystemd)
LIBS += $(SYSTEMD)

WARN = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
       -Wpointer-arith -Wvla -Wformat=2 -Werror
HARD = -fstack-protector-strong -fPIE -D_GLIBCXX_ASSERTIONS
FORT = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
CPPFLAGS += -Imilter -D_GNU_SOURCE -DVERSION='"$(VERSION)"' \
            $(if $(SYSTEMD),-DHAVE_SYSTEMD) $(shell pkg-config --cflags $(LIBS))
CFLAGS  += -std=c11 -g $(OPT) $(WARN) $(HARD) $(if $(SAN),,$(FORT)) $(SAN)
LDFLAGS += -pie -Wl,-z,relro,-z,now,-z,noexecstack $(SAN)
# By its pkg-config file libevent_openssl wants all of libevent.
LDLIBS  += -lmilter -levent_openssl $(shell pkg-config --libs $(LIBS)) \
           -lresolv -lpthread

# The change log has it, and nothing else.
VERSION := $(shell sed -n '1s/.*(\(.*\)).*/\1/p' contrib/debian/changelog)

MAKEFLAGS += --no-print-directory

MAINS   = milter/repgated.c milter/repgate.c
SRC     = $(filter-out $(MAINS),$(wildcard milter/*.c milter/*/*.c))
OBJ     = $(SRC:%.c=$B/%.o)
UNIT    = $(patsubst tests/unit/%.c,$B/unit/%,$(wildcard tests/unit/*_test.c))
UNIT_OBJ = $(patsubst tests/unit/%.c,$B/tests/unit/%.o,\
          $(filter-out %_test.c,$(wildcard tests/unit/*.c)))
# An archive: a test may put its own in the place of what others share.
UNIT_LIB = $B/libunit.a
# What the sandbox shares with the unit tests; without cmocka, which the demo
# does not install.
TOOL_OBJ = $(patsubst %,$B/tests/unit/dns_%.o,server script answer packet)
FUZZ    = $(patsubst tests/fuzz/%.c,$B/fuzz/%,$(wildcard tests/fuzz/*_fuzz.c))
TOOLS   = $(patsubst tests/tools/%.c,$B/tools/%,$(wildcard tests/tools/*.c))
BENCH   = $(patsubst tests/bench/%.c,$B/bench/%,$(wildcard tests/bench/*.c))

# Sanitizers: unit tests and fuzzers under ASAN, the daemon under TSAN too.
ASAN = -fsanitize=address,undefined -fno-sanitize-recover=all \
       -fno-omit-frame-pointer
TSAN = -fsanitize=thread
FUZZ_SECONDS = 10

# "make V=1" shows the commands.
ifndef V
.SILENT:
endif

all: $B/repgated $B/repgate

$B/librepgate.a: $(OBJ)
	rm -f $@
	ar rcs $@ $^

$(UNIT_LIB): $(UNIT_OBJ)
	rm -f $@
	ar rcs $@ $^

$B/%.o: %.c
	@mkdir -p $(@D)
	echo "CC $@"
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$B/repgated $B/repgate: $B/%: $B/milter/%.o $B/librepgate.a
	echo "LD $@"
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$B/unit/%: tests/unit/%.c $(UNIT_LIB) $B/librepgate.a
	@mkdir -p $(@D)
	echo "LD $@"
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $(filter-out %.h,$^) $(LDLIBS) -lcmocka

$B/fuzz/%: tests/fuzz/%.c $B/librepgate.a
	@mkdir -p $(@D)
	echo "LD $@"
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -MMD -MP -o $@ $(filter-out %.h,$^) $(LDLIBS)

$B/tools/%: tests/tools/%.c $(TOOL_OBJ) $B/librepgate.a
	@mkdir -p $(@D)
	echo "LD $@"
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $(filter-out %.h,$^) $(LDLIBS)

$B/bench/%: tests/bench/%.c $B/librepgate.a
	@mkdir -p $(@D)
	echo "LD $@"
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $(filter-out %.h,$^) $(LDLIBS)

$B/tools/jail: LDLIBS += -lseccomp

tools: $(TOOLS)
bench-tools: $(BENCH)
fuzzers: $(FUZZ)

unit: $(UNIT)
	@for t in $(UNIT); do echo "# $$t"; $$t || exit 1; done

asan:
	$(MAKE) B=build/asan OPT=-O1 SAN="$(ASAN)" all unit

tsan:
	$(MAKE) B=build/tsan OPT=-O1 SAN="$(TSAN)" all

# Each fuzzer for FUZZ_SECONDS; what it finds anew stays under build/.
fuzz:
	$(MAKE) B=build/fuzz CC=clang OPT=-O1 \
	    SAN="-fsanitize=fuzzer-no-link,address,undefined \
	    -fno-sanitize-recover=all" fuzzers
	@for f in $(FUZZ:$B/%=build/fuzz/%); do \
		name=$$(basename $$f _fuzz); \
		mkdir -p build/fuzz/corpus/$$name; \
		echo "# $$name, $(FUZZ_SECONDS)s"; \
		$$f -max_total_time=$(FUZZ_SECONDS) -verbosity=0 -timeout=10 \
		    -print_final_stats=1 -artifact_prefix=build/fuzz/$$name- \
		    build/fuzz/corpus/$$name tests/fuzz/corpus/$$name \
		    >build/fuzz/$$name.log 2>&1 \
		    || { cat build/fuzz/$$name.log; exit 1; }; \
		grep number_of_executed build/fuzz/$$name.log; \
	done

# Both compilers build without a warning; then the proofs, small to large.
test: deps
	$(MAKE) -j2 B=build/clang CC=clang all
	$(MAKE) -j2 asan
	$(MAKE) -j2 fuzz
	$(MAKE) -j2 tsan
	$(MAKE) -j2 all tools
	prove -j2 tests/system

# The system tests once more, with a daemon that is watched. By valgrind it is
# half an hour.
test-asan: deps
	$(MAKE) B=build/asan OPT=-O1 SAN="$(ASAN)" all
	$(MAKE) all tools
	tests/sanitized asan

test-tsan: deps tsan
	$(MAKE) all tools
	tests/sanitized tsan

test-valgrind: deps
	tests/deps valgrind
	$(MAKE) all tools
	tests/sanitized valgrind

demo:
	@tests/deps build run
	@$(MAKE) --no-print-directory -s all $B/tools/lying_dns
	@tests/demo

bench: bench-gate bench-check bench-replay bench-load

bench-gate: deps
	$(MAKE) all tools bench-tools
	tests/bench/gate
	tests/bench/map
	tests/bench/sendmail

bench-check:
	tests/deps build run bench
	$(MAKE) all tools bench-tools
	tests/bench/check

bench-replay:
	tests/deps build run bench
	$(MAKE) all bench-tools
	tests/bench/replay

bench-load:
	tests/deps build run bench
	$(MAKE) all bench-tools
	tests/bench/load

# Lines and branches that the tests run, by directory; all tests, so it takes its
# time. Without the system tests: tests/coverage -
coverage: deps
	tests/coverage

# Twenty minutes; a row alone: tests/faults --seconds 75 ROW
FAULT_SECONDS = 75
FAULT_JOBS = 4
faults: deps
	$(MAKE) all tools
	tests/faults --seconds $(FAULT_SECONDS) --jobs $(FAULT_JOBS) \
	    --write tests/FAULTS.md

deps:
	@tests/deps

C_FILES = $(wildcard milter/*.[ch] milter/*/*.[ch] tests/*/*.[ch])
SCRIPTS = tests/deps tests/demo tests/sanitized tests/sandbox.sh tests/lies.sh \
          tests/world.sh tests/with_postfix tests/sendmail.sh \
          tests/bench/gate tests/bench/map tests/bench/sendmail \
          tests/bench/check tests/bench/replay tests/bench/load tests/faults .ci/run \
          contrib/debian/build contrib/debian/postinst contrib/debian/prerm \
          contrib/debian/postrm contrib/bash/repgate \
          tests/package tests/debian.sh tests/boot/run tests/boot/inside \
          $(wildcard tests/boot/*.sh) tests/coverage \
          $(wildcard tests/system/*.t)
MANUALS = $(wildcard milter/*.8 conf/*.5)

lint: $B/unit/providers_test
	$B/unit/providers_test >/dev/null
	clang-format --dry-run --Werror $(C_FILES)
	clang-tidy --quiet --warnings-as-errors='*' $(SRC) $(MAINS) -- \
	    $(CPPFLAGS) -std=c11
	cppcheck --quiet --error-exitcode=1 --inline-suppr \
	    --enable=warning,performance,portability \
	    --suppress=funcArgOrderDifferent --library=tests/cppcheck.cfg \
	    -Imilter milter
	shellcheck -x -P SCRIPTDIR $(SCRIPTS)
	mandoc -T lint -W warning $(MANUALS)

install: all
	install -d $(DESTDIR)$(sbindir) $(DESTDIR)$(mandir)/man5 \
	    $(DESTDIR)$(mandir)/man8 $(DESTDIR)$(sysconf)
	install -m 755 $B/repgated $B/repgate $(DESTDIR)$(sbindir)
	install -m 644 milter/*.8 $(DESTDIR)$(mandir)/man8
	install -m 644 conf/*.5 $(DESTDIR)$(mandir)/man5
	install -m 644 conf/providers.conf conf/receivers.conf \
	    $(DESTDIR)$(sysconf)
	@# What the administrator wrote is not ours to replace.
	test -e $(DESTDIR)$(sysconf)/repgate.conf || \
	    install -m 640 conf/repgate.conf $(DESTDIR)$(sysconf)

# A Debian package, and what it takes to build one elsewhere; both come out the
# same, byte by byte, whenever they are made.
deb:
	tests/deps build package
	$(MAKE) all
	contrib/debian/build

dist:
	@mkdir -p build
	git archive --prefix=repgate-$(VERSION)/ HEAD | \
	    gzip -9n >build/repgate-$(VERSION).tar.gz
	echo build/repgate-$(VERSION).tar.gz

test-deb: deps
	$(MAKE) deb
	tests/package

# The package on a machine that boots; root. Minutes with KVM, else half an hour.
test-boot: deps
	tests/deps boot
	$(MAKE) deb
	tests/boot/run

clean:
	rm -rf build

.PHONY: all tools bench-tools fuzzers unit asan tsan fuzz test test-asan \
        test-tsan test-valgrind demo bench bench-gate bench-check \
        bench-replay bench-load faults coverage deps lint install deb dist \
        test-deb test-boot clean
.SECONDARY:

-include $(shell find $B -name '*.d' -type f 2>/dev/null)
