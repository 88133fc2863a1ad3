import CPango

/// A QR code as a picture of one pixel a module, which the file holds once for all its pages.
///
/// As a path it would be hundreds of rectangles a page, and half the time of a document.
/// Owns its C surface; used on the press thread only.
final class CodeImage {
    let size: Int
    let surface: OpaquePointer

    init(_ code: QRCode) throws {
        size = code.size
        guard let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(size), Int32(size)),
            let pixels = cairo_image_surface_get_data(surface)
        else { throw TypesetError(.drawingFailed, "no memory for the QR code's picture; try again") }
        self.surface = surface
        let stride = Int(cairo_image_surface_get_stride(surface))
        cairo_surface_flush(surface)
        for y in 0..<size {
            for x in 0..<size {
                let level: UInt32 = code.isDark(x: x, y: y) ? 0 : 0xFFFFFF
                UnsafeMutableRawPointer(pixels).storeBytes(of: level, toByteOffset: y * stride + x * 4, as: UInt32.self)
            }
        }
        cairo_surface_mark_dirty(surface)
    }

    deinit { cairo_surface_destroy(surface) }
}
