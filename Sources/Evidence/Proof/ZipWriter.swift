import CZip

/// Writes a ZIP in memory whose bytes depend on its contents alone.
enum ZipWriter {
    /// Returns the archive: the first member stored, the others deflated, all with one fixed date.
    static func archive(_ members: [(name: String, bytes: [UInt8])]) throws(EvidenceError) -> [UInt8] {
        var error = zip_error_t()
        zip_error_init(&error)
        defer { zip_error_fini(&error) }
        guard let target = zip_source_buffer_create(nil, 0, 0, &error) else { throw fault("begin", &error) }
        // The archive takes one reference with it when it closes; this one is ours, to read the result.
        zip_source_keep(target)
        defer { zip_source_free(target) }
        guard let archive = zip_open_from_source(target, ZIP_TRUNCATE, &error) else {
            zip_source_free(target)
            throw fault("open", &error)
        }
        do throws(EvidenceError) {
            for (place, member) in members.enumerated() {
                try add(member.name, member.bytes, stored: place == 0, to: archive)
            }
        } catch {
            zip_discard(archive)
            throw error
        }
        guard zip_close(archive) == 0 else {
            let reason = fault("close", zip_get_error(archive))
            zip_discard(archive)
            throw reason
        }
        return try bytes(of: target)
    }

    private static func add(
        _ name: String, _ bytes: [UInt8], stored: Bool, to archive: OpaquePointer
    ) throws(EvidenceError) {
        // The source outlives this call until the archive closes, so it gets a copy that libzip frees.
        guard let copy = zip_malloc_copy(bytes) else { throw EvidenceError(.tooLarge, "no memory for \(name)") }
        guard let source = zip_source_buffer(archive, copy, zip_uint64_t(bytes.count), 1) else {
            czip_free(copy)
            throw fault("add \(name)", zip_get_error(archive))
        }
        let index = zip_file_add(archive, name, source, zip_flags_t(ZIP_FL_ENC_UTF_8))
        guard index >= 0 else {
            zip_source_free(source)
            throw fault("add \(name)", zip_get_error(archive))
        }
        let method = stored ? ZIP_CM_STORE : ZIP_CM_DEFLATE
        // 1980-01-01 00:00, the first date a ZIP can hold, and the same in every time zone.
        guard zip_set_file_compression(archive, zip_uint64_t(index), method, 9) == 0,
            zip_file_set_dostime(archive, zip_uint64_t(index), 0, 0x21, 0) == 0
        else { throw fault("add \(name)", zip_get_error(archive)) }
    }

    private static func zip_malloc_copy(_ bytes: [UInt8]) -> UnsafeMutableRawPointer? {
        let copy = czip_allocate(max(1, bytes.count))
        bytes.withUnsafeBytes { source in
            if let base = source.baseAddress { copy?.copyMemory(from: base, byteCount: source.count) }
        }
        return copy
    }

    private static func bytes(of source: OpaquePointer) throws(EvidenceError) -> [UInt8] {
        var stat = zip_stat_t()
        zip_stat_init(&stat)
        guard zip_source_stat(source, &stat) == 0, zip_source_open(source) == 0 else {
            throw fault("read back", zip_source_error(source))
        }
        defer { zip_source_close(source) }
        let size = Int(stat.size)
        var count = -1
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, written in
            count = Int(zip_source_read(source, buffer.baseAddress, zip_uint64_t(size)))
            written = max(0, count)
        }
        guard count == size else { throw fault("read back", zip_source_error(source)) }
        return bytes
    }

    private static func fault(_ step: String, _ error: UnsafeMutablePointer<zip_error_t>?) -> EvidenceError {
        let detail = error.flatMap { zip_error_strerror($0) }.map { String(cString: $0) }
        return EvidenceError(.badFile, "the bundle's archive could not be written (\(step))", detail: detail)
    }
}
