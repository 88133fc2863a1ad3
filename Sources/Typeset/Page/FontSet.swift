import Foundation

/// Where the fonts of formal notices are, as `config/setup-fonts.sh` leaves them.
public struct FontSet: Sendable {
    /// The Song typeface cut to everyday characters: small, so documents are quick.
    public var primary: String
    /// The bold weight of the same.
    public var primaryBold: String
    /// The fixed-width font for hashes and code.
    public var mono: String
    /// The full typeface, read only when a document has a character the small one lacks.
    public var fallback: String
    /// The bold weight of the full typeface.
    public var fallbackBold: String

    /// The directory that `config/setup-fonts.sh` wrote; throws `fontsMissing` naming the first absent file.
    public static func locate(directory: String) throws -> FontSet {
        func path(_ name: String) throws -> String {
            let path = directory.hasSuffix("/") ? directory + name : directory + "/" + name
            guard FileManager.default.isReadableFile(atPath: path) else {
                throw TypesetError(
                    .fontsMissing,
                    "the font \(path) is missing or unreadable; run config/setup-fonts.sh \(directory)"
                )
            }
            return path
        }
        return FontSet(
            primary: try path("SongdaSong-Regular.otf"),
            primaryBold: try path("SongdaSong-Bold.otf"),
            mono: try path("SongdaMono-Regular.otf"),
            fallback: try path("SongdaFallback-Regular.ttc"),
            fallbackBold: try path("SongdaFallback-Bold.ttc")
        )
    }
}
