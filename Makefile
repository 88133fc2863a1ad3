# Songda. Each target first installs what config/packages.txt lists and this machine lacks.
.PHONY: run code demo test bench bench-gate release fmt lint setup build

# The tests build with the same flags, or everything would be built twice. CI sets some that a second build would not like.
export BUILD_FLAGS
BUILD = swift build $(BUILD_FLAGS)
# What is deployed: Swift's runtime inside, and a section a function, so that the linker leaves out what nothing calls.
RELEASE = swift build -c release --static-swift-stdlib -Xswiftc -Xfrontend -Xswiftc -function-sections

run: setup build            ## the whole job on real input, then keep serving
	$(BUILD_PATH)/songda demo --serve --port 8080

code:                       ## the codes that the authenticators of `make run` show now
	@$(BUILD_PATH)/songda accounts code

demo: setup build           ## the same, and exit
	$(BUILD_PATH)/songda demo

test: setup                 ## every test, on both databases, with real servers and a real browser
	@sh config/setup-browser.sh var/browser
	@sh config/setup-provider.sh var/provider
	@sh config/setup-cluster.sh var/cluster
	sh Tests/run.sh

bench: setup                ## the figures of the README, measured on this machine
	$(RELEASE) --product songda
	$(RELEASE) --product songda-bench
	bin=$$($(RELEASE) --show-bin-path); $$bin/songda-bench all --songda $$bin/songda

# The products that the tests have built: their instructions say as much about a change, and nothing is built for release.
bench-gate: setup           ## instructions of a notice under callgrind, beside bench/callgrind.json
	$(BUILD) --product songda-bench
	$(BUILD_PATH)/songda-bench instructions

release: setup              ## songda and songda-verify as they are deployed: no Swift toolchain is needed to run them
	$(RELEASE) --product songda
	$(RELEASE) --product songda-verify

fmt:                        ## format the sources
	swift format --in-place --recursive --configuration .swift-format Package.swift Sources Tests

lint:                       ## what CI refuses
	swift format lint --strict --recursive --configuration .swift-format Package.swift Sources Tests

setup:
	@sh config/setup-packages.sh
	@sh config/setup-fonts.sh var/fonts

build: setup
	$(BUILD) --product songda
	$(BUILD) --product songda-verify

BUILD_PATH = $$($(BUILD) --show-bin-path)
