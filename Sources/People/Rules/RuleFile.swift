import Foundation
import Notices
import Synchronization

/// Rules in a file that people change while the program runs.
///
/// The file is looked at on every question and read again when it has changed. A file that cannot be used changes nothing:
/// the rules in force stay in force, and ``fault`` says what is wrong.
public final class RuleFile<Rules: Sendable>: Sendable {
    private struct State {
        var rules: Rules
        var text: String
        var stamp: Stamp?
        var fault: String?
    }

    /// What tells an unchanged file without reading it.
    private struct Stamp: Equatable {
        let size: UInt64
        let modifiedAt: Date
        let inode: UInt64
    }

    private let path: String
    private let read: @Sendable (_ text: String, _ file: String) throws -> Rules
    private let version: @Sendable (Rules) -> Int
    private let state: Mutex<State>

    /// Reads the file for the first time; a fault refuses the start.
    ///
    /// - Parameters:
    ///   - version: the version that the rules state; other contents need another, larger one.
    ///   - read: reads the text strictly.
    public init(
        path: String, version: @escaping @Sendable (Rules) -> Int,
        read: @escaping @Sendable (_ text: String, _ file: String) throws -> Rules
    ) throws {
        self.path = path
        self.read = read
        self.version = version
        let stamp = Self.stamp(path)
        let text = try Self.text(path)
        state = Mutex(State(rules: try read(text, path), text: text, stamp: stamp))
    }

    /// The rules in force.
    public var current: Rules {
        let stamp = Self.stamp(path)
        return state.withLock { state in
            guard stamp != state.stamp else { return state.rules }
            state.stamp = stamp
            do {
                let text = try Self.text(path)
                guard text != state.text else {
                    state.fault = nil
                    return state.rules
                }
                let new = try read(text, path)
                let (was, next) = (version(state.rules), version(new))
                guard next > was else {
                    throw PeopleError(
                        .invalid, "\(path): version \(next) is not above \(was), which is in force; raise it")
                }
                (state.rules, state.text, state.fault) = (new, text, nil)
            } catch {
                state.fault = "\(error)"
            }
            return state.rules
        }
    }

    /// Why the file as it lies there now is not in force; nil when it is.
    public var fault: String? {
        _ = current
        return state.withLock { $0.fault }
    }

    private static func text(_ path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path), let text = String(validating: data, as: UTF8.self)
        else { throw PeopleError(.invalid, "\(path) cannot be read as UTF-8; put the rules there") }
        return text
    }

    private static func stamp(_ path: String) -> Stamp? {
        // No attributes: the file is gone, and reading it says so.
        guard let found = try? FileManager.default.attributesOfItem(atPath: path),
            let size = found[.size] as? UInt64, let modifiedAt = found[.modificationDate] as? Date,
            let inode = found[.systemFileNumber] as? UInt64
        else { return nil }
        return Stamp(size: size, modifiedAt: modifiedAt, inode: inode)
    }
}
