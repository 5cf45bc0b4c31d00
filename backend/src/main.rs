//! The binary `aicmo`. Everything it does begins in `aicmo_backend::cli`.

fn main() -> std::process::ExitCode {
    aicmo_backend::cli::main()
}
