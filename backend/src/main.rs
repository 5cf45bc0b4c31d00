//! The binary `aicmo`. The way in is `aicmo_backend::cli`.

fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
