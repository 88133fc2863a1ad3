// swift-tools-version: 6.2

import PackageDescription

/// Settings of every target we write: the language's strictest mode, and no warning survives.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

/// LLVM's linker takes an eighth of the time of the toolchain's default; it packs relocations and folds equal code once.
let linking: [LinkerSetting] = [
    .unsafeFlags(["-use-ld=lld"]),
    .unsafeFlags(
        ["-Xlinker", "--icf=safe", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs"],
        .when(configuration: .release)),
]

let package = Package(
    name: "songda",
    products: [
        .executable(name: "songda", targets: ["Songda"]),
        .executable(name: "songda-verify", targets: ["SongdaVerify"]),
        .executable(name: "songda-bench", targets: ["SongdaBench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // C libraries: a module map and a shim, nothing else.
        .systemLibrary(name: "CArgon2", pkgConfig: "libargon2"),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl"),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CMark", pkgConfig: "libcmark-gfm"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto"),
        .systemLibrary(name: "CPango", pkgConfig: "pangocairo"),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq"),
        .systemLibrary(name: "CQRCode", pkgConfig: "libqrencode"),
        .systemLibrary(name: "CZip", pkgConfig: "libzip"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib"),

        // Leaves: they know nothing of each other.
        .target(
            name: "SQL", dependencies: ["CPostgres", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: house),
        .target(name: "Curl", dependencies: ["CCurl"], swiftSettings: house),
        .target(name: "Typeset", dependencies: ["CMark", "CPango", "CQRCode"], swiftSettings: house),
        .target(name: "Evidence", dependencies: ["COpenSSL", "CZip", "CZlib"], swiftSettings: house),

        // The gateway, and what is plugged into it.
        .target(
            name: "Notices",
            dependencies: ["Evidence", "Typeset", "Yams", .product(name: "Mustache", package: "swift-mustache")],
            swiftSettings: house),
        .target(name: "Channels", dependencies: ["Notices", "Curl", "Evidence", "Yams"], swiftSettings: house),
        // The light HR core; it issues notices like any other caller.
        .target(name: "People", dependencies: ["Notices", "Evidence", "Yams"], swiftSettings: house),
        .target(name: "Store", dependencies: ["People", "Notices", "Evidence", "SQL"], swiftSettings: house),
        .target(
            name: "Console",
            dependencies: [
                "CArgon2", "People", "Notices", "Evidence",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            swiftSettings: house),
        .target(
            name: "Sandbox",
            dependencies: [
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: house),

        // Programs.
        .executableTarget(
            name: "Songda",
            dependencies: [
                "CMalloc", "Channels", "Console", "Curl", "Evidence", "Notices", "People", "SQL", "Sandbox", "Store",
                "Typeset", "Yams",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: house, linkerSettings: linking),
        .executableTarget(
            name: "SongdaVerify",
            dependencies: ["Evidence", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: house, linkerSettings: linking),

        .executableTarget(
            name: "SongdaBench",
            dependencies: [
                "Channels", "Curl", "Evidence", "Notices", "People", "SQL", "Store", "Typeset",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: house, linkerSettings: linking),

        // Tests, and what they share.
        .target(
            name: "TestSupport",
            dependencies: ["Channels", "Curl", "Evidence", "Notices", "People", "SQL", "Sandbox", "Store", "Typeset"],
            swiftSettings: house, linkerSettings: linking),
        .testTarget(name: "SQLTests", dependencies: ["SQL", "TestSupport"], swiftSettings: house),
        .testTarget(name: "CurlTests", dependencies: ["Curl", "TestSupport"], swiftSettings: house),
        .testTarget(name: "TypesetTests", dependencies: ["Typeset"], swiftSettings: house),
        .testTarget(
            name: "EvidenceTests", dependencies: ["Evidence", "TestSupport"], swiftSettings: house),
        .testTarget(
            name: "NoticesTests",
            dependencies: ["Channels", "Notices", "Evidence", "People", "Typeset", "Store", "SQL", "TestSupport"],
            swiftSettings: house),
        .testTarget(
            name: "ChannelsTests",
            dependencies: [
                "Channels", "Curl", "Evidence", "Notices", "Sandbox", "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            exclude: ["SMTP/Fixtures", "Reports/Fixtures"], swiftSettings: house),
        .testTarget(name: "ArchitectureTests", swiftSettings: house),
        .testTarget(
            name: "ConsoleTests",
            dependencies: [
                "Console", "Curl", "Evidence", "Notices", "People", "SQL", "TestSupport", "Typeset",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["Curl", "Evidence", "SQL", "Sandbox", "Songda", "SongdaVerify", "Store", "TestSupport"],
            exclude: ["Browser"], swiftSettings: house),
        .testTarget(
            name: "PeopleTests", dependencies: ["People", "Notices", "Evidence", "SQL", "Store", "TestSupport"],
            swiftSettings: house),
        .testTarget(
            name: "StoreTests", dependencies: ["Store", "SQL", "People", "Notices", "Evidence", "TestSupport"],
            swiftSettings: house),
        .testTarget(
            name: "SongdaBenchTests", dependencies: ["Evidence", "SongdaBench"], swiftSettings: house),
        .testTarget(
            name: "SandboxTests", dependencies: ["Sandbox", "TestSupport"], swiftSettings: house),
    ]
)
