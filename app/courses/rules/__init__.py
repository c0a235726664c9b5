"""What the course decides without asking anything: values in, answer or refusal out. Each file is one subject."""
